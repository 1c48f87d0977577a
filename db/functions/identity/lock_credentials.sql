-- Whoever opens a session, a user's own or that of staff in somebody's name, holds the credentials
-- meanwhile. So what ends all of them waits, and then finds that one, too.
create or replace function app_private.lock_credentials(user_id uuid)
returns void
language sql volatile security definer set search_path = ''
as $$
  select from app_private.user_credentials as c
  where c.user_id = lock_credentials.user_id
  for no key update
$$;

comment on function app_private.lock_credentials(uuid) is
  'One at a time opens or ends sessions of a user; held to the end of the transaction.';
