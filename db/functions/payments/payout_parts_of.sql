-- Sales are revenue, what takes them back is refunds, and everything else is an adjustment. Net is
-- always what the payee's account says, less what is taken off it.
create or replace function app_private.payout_parts_of(
  organization_id uuid, ledger_transaction_id uuid, is_promoter boolean
)
returns table (
  gross_revenue_cents bigint, commission_cents bigint, stripe_fees_cents bigint,
  refunds_cents bigint, adjustments_cents bigint, net_cents bigint, box_office_cents bigint
)
language sql stable security definer set search_path = ''
as $$
  select
    case when p.is_sale then p.base else 0 end,
    case when p.is_sale or p.is_return then p.commission else 0 end,
    p.fees,
    case when p.is_return then -p.base else 0 end,
    p.own - p.box_office
      - case when p.is_sale or p.is_return then p.base - p.commission else 0 end,
    p.own - p.fees - p.box_office,
    p.box_office
  from (
    select
      t.category = 'sale' as is_sale,
      t.category in ('sale_reversal', 'sale_return') as is_return,
      case when payout_parts_of.is_promoter then s.promoter else s.organizer end as own,
      case when payout_parts_of.is_promoter then s.promoter
        else s.organizer + s.promoter + s.commission end as base,
      case when payout_parts_of.is_promoter then 0 else s.commission end as commission,
      case when payout_parts_of.is_promoter or not t.pays_stripe_fees then 0
        else s.fees end as fees,
      case when payout_parts_of.is_promoter then 0 else s.box_office end as box_office
    from (
      select t.category, t.pays_stripe_fees from app_public.ledger_transactions as t
      where t.organization_id = payout_parts_of.organization_id
        and t.id = payout_parts_of.ledger_transaction_id
    ) as t
    cross join lateral (
      select
        coalesce(-sum(e.amount_cents) filter (where a.kind = 'organizer_payable'), 0)::bigint
          as organizer,
        coalesce(-sum(e.amount_cents) filter (where a.kind = 'promoter_payable'), 0)::bigint
          as promoter,
        coalesce(-sum(e.amount_cents) filter (where a.kind = 'platform_commission'), 0)::bigint
          as commission,
        coalesce(sum(e.amount_cents) filter (where a.kind = 'stripe_fees'), 0)::bigint as fees,
        coalesce(sum(e.amount_cents) filter (where a.kind = 'box_office'), 0)::bigint
          as box_office
      from app_public.ledger_entries as e
      join app_public.ledger_accounts as a
        on a.organization_id = e.organization_id and a.id = e.account_id
      where e.organization_id = payout_parts_of.organization_id
        and e.transaction_id = payout_parts_of.ledger_transaction_id
    ) as s
  ) as p
$$;

comment on function app_private.payout_parts_of(uuid, uuid, boolean) is
  'What a fact of the books adds to a payout of an organization, or of its promoter.';
