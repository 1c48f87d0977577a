create or replace function app_private.check_payout_is_its_items()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
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
$$;

comment on function app_private.check_payout_is_its_items() is
  'A payout that is not what the books and its items say.';
