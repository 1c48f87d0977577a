-- The delete is the lock: of two who bring the token at once, one finds it used. Whoever else asked
-- for an account with this address gets none, whatever password they chose.
create or replace function app_private.complete_sign_up(token text)
returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_sign_up app_private.sign_ups;
  v_user_id uuid;
begin
  delete from app_private.sign_ups as s
  where s.token_hash = app_hidden.hash_token(complete_sign_up.token) and s.expires_at > now()
  returning * into v_sign_up;
  if v_sign_up.token_hash is null then
    perform app_private.raise_bad_link();
  end if;
  perform app_private.free_address(v_sign_up.email::text);
  v_user_id := app_private.register_user(
    v_sign_up.email::text, v_sign_up.password_hash, v_sign_up.first_name, v_sign_up.last_name
  );
  update app_public.users as u
  set email_verified_at = now(), language = app_hidden.current_language()
  where u.id = v_user_id;
  delete from app_private.sign_ups as s where s.email operator(public.=) v_sign_up.email;
  return v_user_id;
exception
  when sqlstate 'LMEML' then
    perform app_private.raise_bad_link();
end
$$;

comment on function app_private.complete_sign_up(text) is
  'Opens the account that was asked for, in the language of the caller; its password was verified '
  'by the server. Raises LMTOK.';
grant execute on function app_private.complete_sign_up(text) to lml_authenticator;
