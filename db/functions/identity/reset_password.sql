create or replace function app_private.reset_password(token text, password_hash text)
returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_token app_private.user_tokens := app_private.use_user_token(
    reset_password.token, 'reset_password'
  );
begin
  perform app_private.store_password(v_token.user_id, reset_password.password_hash);
  perform app_private.prove_address(v_token);
  return v_token.user_id;
end
$$;

comment on function app_private.reset_password(text, text) is
  'Sets a new password with a mailed token, and ends all sessions. Raises LMTOK.';
grant execute on function app_private.reset_password(text, text) to lml_authenticator;
