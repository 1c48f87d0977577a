create or replace function app_private.change_password(password_hash text)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform app_private.store_password(
    app_private.lock_own_account(), change_password.password_hash, app_hidden.current_session_id()
  );
end
$$;

comment on function app_private.change_password(text) is
  'Sets a new password; the old one was verified by the server. Raises LMAUT, LMSES, LMIMP, '
  'LMCRD.';
grant execute on function app_private.change_password(text) to lml_authenticator;
