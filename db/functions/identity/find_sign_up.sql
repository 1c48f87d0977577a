create or replace function app_private.find_sign_up(token text)
returns table (password_hash text)
language sql stable security definer set search_path = ''
as $$
  select s.password_hash
  from app_private.sign_ups as s
  where s.token_hash = app_hidden.hash_token(find_sign_up.token) and s.expires_at > now()
$$;

comment on function app_private.find_sign_up(text) is
  'What the server verifies before an account is opened. No row: no such token.';
grant execute on function app_private.find_sign_up(text) to lml_authenticator;
