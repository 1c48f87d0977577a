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
  -- The token came from the mailbox, so the address is proven too.
  update app_public.users as u
  set email_verified_at = now()
  where u.id = v_token.user_id
    and u.email operator(public.=) v_token.email
    and u.email_verified_at is null;
  return v_token.user_id;
end
$$;

comment on function app_private.reset_password(text, text) is
  'Sets a new password with a mailed token, and ends all sessions. Raises LMTOK.';
grant execute on function app_private.reset_password(text, text) to lml_authenticator;
