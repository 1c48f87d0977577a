create or replace function app_private.check_payout_can_be_transferred()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'payout_can_be_transferred', p.organization_id, p.id,
    format('%s %s is not a whole step of the currency', p.net_payout_cents, p.currency)
  from app_public.payouts as p
  where p.status not in ('draft', 'canceled')
    and p.net_payout_cents % app_hidden.charge_step(p.currency) <> 0
$$;

comment on function app_private.check_payout_can_be_transferred() is
  'A payout that is no whole step of its currency.';
