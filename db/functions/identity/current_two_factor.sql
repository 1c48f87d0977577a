create or replace function app_private.current_two_factor()
returns table (user_id uuid, encrypted_secret bytea, is_confirmed boolean)
language sql stable security definer set search_path = ''
as $$
  select t.user_id, t.encrypted_secret, t.confirmed_at is not null
  from app_private.two_factor_secrets as t
  where t.user_id = app_hidden.require_user_id()
$$;

comment on function app_private.current_two_factor() is
  'The secret of the signed-in user, encrypted; no row: none. Raises LMAUT, LMSES.';
grant execute on function app_private.current_two_factor() to lml_authenticator;
