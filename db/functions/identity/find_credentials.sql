-- The operator is named with its schema: with an empty search_path, a plain = would compare text,
-- and capitals would matter.
create or replace function app_private.find_credentials(email text)
returns table (
  user_id uuid, password_hash text, account_status app_public.account_status,
  locked_until timestamptz, encrypted_secret bytea
)
language sql stable security definer set search_path = ''
as $$
  select c.user_id, c.password_hash, u.account_status, c.locked_until, t.encrypted_secret
  from app_public.users as u
  join app_private.user_credentials as c on c.user_id = u.id
  left join app_private.two_factor_secrets as t
    on t.user_id = u.id and t.confirmed_at is not null
  where u.email operator(public.=) find_credentials.email::public.citext
$$;

comment on function app_private.find_credentials(text) is
  'What the server process needs to verify a password, and a code where the user has two factors. '
  'No row: no such account.';
grant execute on function app_private.find_credentials(text) to lml_authenticator;
