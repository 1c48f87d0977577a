create or replace function app_private.remove_two_factor()
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id uuid := app_private.lock_own_account();
  v_email text;
begin
  delete from app_private.two_factor_secrets as t where t.user_id = v_user_id;
  delete from app_private.recovery_codes as r where r.user_id = v_user_id;
  perform app_private.revoke_trusted_devices(v_user_id);
  select u.email::text into strict v_email from app_public.users as u where u.id = v_user_id;
  perform app_private.queue_email(v_email, 'two_factor_removed');
end
$$;

comment on function app_private.remove_two_factor() is
  'Signing in takes the password alone again; password and code were verified by the server. '
  'Raises LMAUT, LMSES, LMIMP, LMCRD.';
grant execute on function app_private.remove_two_factor() to lml_authenticator;
