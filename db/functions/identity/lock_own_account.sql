-- The server has verified the password before this. Between that and now a new one may have been
-- set, which has ended this session, or the tenth wrong one been tried by somebody else: both hold
-- the credentials, and are looked at again behind them. Credentials come before all other rows.
create or replace function app_private.lock_own_account()
returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id uuid := app_hidden.require_user_id();
  v_locked_until timestamptz;
begin
  perform app_hidden.refuse_impersonator();
  select c.locked_until into v_locked_until
  from app_private.user_credentials as c where c.user_id = v_user_id
  for no key update;
  perform app_hidden.require_user_id();
  if v_locked_until > now() then
    raise exception 'This is not your password.' using errcode = 'LMCRD';
  end if;
  return v_user_id;
end
$$;

comment on function app_private.lock_own_account() is
  'The signed-in user, whose credentials are locked, before what takes an account over. '
  'Raises LMAUT, LMSES (also when it ended meanwhile), LMIMP, LMCRD (a locked account).';
