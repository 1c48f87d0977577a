create or replace function app_private.lock_payout(payout_id uuid, permission text)
returns app_public.payouts
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_payout app_public.payouts;
begin
  select * into v_payout
  from app_public.payouts as p where p.id = lock_payout.payout_id
  for no key update;
  perform app_hidden.require_permission(v_payout.organization_id, lock_payout.permission);
  return v_payout;
end
$$;

comment on function app_private.lock_payout(uuid, text) is
  'A payout, locked, if the caller has the permission. Raises LMNFD, LMRGT, LMAUT, LMSES.';
