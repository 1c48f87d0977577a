-- In this order: what the books owe, what was held back of earlier ones and no longer is, and what
-- buyers dispute now.
create or replace function app_private.put_into_payout(payout app_public.payouts)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_payout app_public.payouts := put_into_payout.payout;
begin
  insert into app_public.payout_items (
    organization_id, payout_id, promoter_id, kind, ledger_transaction_id, gross_revenue_cents,
    commission_cents, stripe_fees_cents, refunds_cents, adjustments_cents, net_cents,
    box_office_cents
  )
  select v_payout.organization_id, v_payout.id, v_payout.promoter_id, 'fact',
    f.ledger_transaction_id, f.gross_revenue_cents, f.commission_cents, f.stripe_fees_cents,
    f.refunds_cents, f.adjustments_cents, f.net_cents, f.box_office_cents
  from app_private.open_payout_facts(
    v_payout.organization_id, v_payout.promoter_id, v_payout.currency, v_payout.period_ends_at
  ) as f
  where f.is_ready
  order by f.effective_at, f.ledger_transaction_id;

  insert into app_public.payout_items (
    organization_id, payout_id, promoter_id, kind, hold_id, adjustments_cents, net_cents
  )
  select v_payout.organization_id, v_payout.id, v_payout.promoter_id, 'release', h.hold_id,
    h.amount_cents, h.amount_cents
  from app_private.kept_back_of(
    v_payout.organization_id, v_payout.promoter_id, v_payout.currency
  ) as h
  where not h.is_held;

  if v_payout.promoter_id is null then
    perform app_private.hold_back(
      v_payout, 'dispute',
      (greatest(
        app_private.held_for_disputes(v_payout.organization_id, v_payout.currency) - (
          -- Of payouts that are not paid yet, something may be held for them already.
          select coalesce(sum(h.amount_cents), 0)
          from app_private.kept_back_of(v_payout.organization_id, null, v_payout.currency) as h
          where h.kind = 'dispute'
        ), 0
      ))::bigint,
      'Buyers dispute it.', null
    );
  end if;
end
$$;

comment on function app_private.put_into_payout(app_public.payouts) is
  'Makes the items of a new payout.';
