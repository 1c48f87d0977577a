-- No session is needed, so that a link works on any device.
create or replace function app_private.verify_email(token text)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_token app_private.user_tokens := app_private.use_user_token(
    verify_email.token, 'verify_email'
  );
begin
  perform app_private.prove_address(v_token);
  return true;
end
$$;

comment on function app_private.verify_email(text) is
  'Proves an address with the token that was mailed to it. Raises LMTOK.';
grant execute on function app_private.verify_email(text) to lml_authenticator;
