-- Members of the organization who approve payouts, and the platform's staff.
create or replace function app_private.lock_payout_for_hold(payout_id uuid)
returns app_public.payouts
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_payout app_public.payouts;
begin
  if app_hidden.current_platform_role() is null then
    return app_private.lock_payout(lock_payout_for_hold.payout_id, 'payouts.approve');
  end if;
  select * into v_payout
  from app_public.payouts as p where p.id = lock_payout_for_hold.payout_id
  for no key update;
  if not found then
    raise exception 'There is no such payout.' using errcode = 'LMNFD';
  end if;
  return v_payout;
end
$$;

comment on function app_private.lock_payout_for_hold(uuid) is
  'A payout, locked, for whoever may hold it. Raises LMNFD, LMRGT, LMAUT, LMSES.';
