create or replace function app_private.current_password_hash()
returns text
language sql stable security definer set search_path = ''
as $$
  select c.password_hash
  from app_private.user_credentials as c
  where c.user_id = app_hidden.require_user_id()
$$;

comment on function app_private.current_password_hash() is
  'What the server verifies before it changes something that only the owner may. '
  'Raises LMAUT, LMSES.';
grant execute on function app_private.current_password_hash() to lml_authenticator;
