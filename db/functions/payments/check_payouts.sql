create or replace function app_private.check_payouts()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable security definer set search_path = ''
as $$
  select
    'payout_is_its_items', p.organization_id, p.id,
    format('it says %s, the books %s, for net %s', p.net_payout_cents, b.net_payout_cents,
      i.net_cents)
  from app_public.payouts as p
  cross join lateral app_private.payout_from_books(p.id) as b
  cross join lateral (
    select coalesce(sum(i.net_cents), 0) as net_cents
    from app_public.payout_items as i
    where i.organization_id = p.organization_id and i.payout_id = p.id
  ) as i
  where (
      p.gross_revenue_cents, p.total_commission_cents, p.stripe_fees_cents, p.refunds_cents,
      p.adjustments_cents, p.net_payout_cents, p.transactions_included
    ) is distinct from (
      b.gross_revenue_cents, b.total_commission_cents, b.stripe_fees_cents, b.refunds_cents,
      b.adjustments_cents, b.net_payout_cents, b.transactions_included
    )
    or i.net_cents <> p.net_payout_cents

  union all
  select
    'payout_is_in_the_books', p.organization_id, p.id,
    format('it is %s, and the books have %s under way, %s paid and %s of fees', p.status,
      e.in_transit, e.paid, e.fees)
  from app_public.payouts as p
  cross join lateral (
    select
      coalesce(-sum(e.amount_cents) filter (where a.kind = 'payouts_in_transit'), 0) as in_transit,
      coalesce(-sum(e.amount_cents) filter (where a.kind = 'stripe_balance'), 0) as paid,
      coalesce(-sum(e.amount_cents) filter (where a.kind = 'stripe_fees'), 0) as fees
    from app_public.ledger_transactions as t
    join app_public.ledger_entries as e
      on e.organization_id = t.organization_id and e.transaction_id = t.id
    join app_public.ledger_accounts as a
      on a.organization_id = e.organization_id and a.id = e.account_id
    where t.organization_id = p.organization_id
      and t.category in ('payout', 'payout_failure', 'payout_transfer')
      and split_part(t.source, ':', 2) = p.id::text
  ) as e
  where e.in_transit <> case p.status when 'in_transit' then p.net_payout_cents else 0 end
    or e.paid <> case p.status when 'paid' then p.net_payout_cents else 0 end
    or e.fees <> case when p.status in ('in_transit', 'paid') then p.stripe_fees_cents else 0 end

  union all
  select
    'payout_reversals_are_what_it_says', p.organization_id, p.id,
    format('it says %s, they sum to %s', p.reversed_cents, r.total)
  from app_public.payouts as p
  cross join lateral (
    select coalesce(sum(r.amount_cents), 0) as total
    from app_public.payout_reversals as r
    where r.organization_id = p.organization_id and r.payout_id = p.id and r.status <> 'failed'
  ) as r
  where r.total <> p.reversed_cents

  union all
  select
    'payout_can_be_transferred', p.organization_id, p.id,
    format('%s %s is not a whole step of the currency', p.net_payout_cents, p.currency)
  from app_public.payouts as p
  where p.status not in ('draft', 'canceled')
    and p.net_payout_cents % app_hidden.charge_step(p.currency) <> 0
$$;

comment on function app_private.check_payouts() is
  'What is inconsistent of payouts.';
