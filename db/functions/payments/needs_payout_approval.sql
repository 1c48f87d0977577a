create or replace function app_private.needs_payout_approval(payout app_public.payouts)
returns boolean
language sql stable security definer set search_path = ''
as $$
  select s.payout_approval_above_cents is not null
    and (
      (needs_payout_approval.payout).net_payout_cents > s.payout_approval_above_cents
      -- The threshold says nothing about other currencies.
      or o.default_currency <> (needs_payout_approval.payout).currency
    )
  from app_public.organization_settings as s
  join app_public.organizations as o on o.id = s.organization_id
  where s.organization_id = (needs_payout_approval.payout).organization_id
$$;

comment on function app_private.needs_payout_approval(app_public.payouts) is
  'Whether a second person has to approve a payout.';
