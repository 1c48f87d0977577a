create or replace function app_private.current_account()
returns table (user_id uuid, email text, password_hash text)
language sql stable security definer set search_path = ''
as $$
  select u.id, u.email::text, c.password_hash
  from app_public.users as u
  join app_private.user_credentials as c on c.user_id = u.id
  where u.id = app_hidden.require_user_id()
$$;

comment on function app_private.current_account() is
  'What the server verifies before it changes something that only the owner may. '
  'Raises LMAUT, LMSES.';
grant execute on function app_private.current_account() to lml_authenticator;
