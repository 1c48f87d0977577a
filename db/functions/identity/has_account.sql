-- Whoever has left may come back: the address of a closed account is no one's until it is proven
-- again.
create or replace function app_private.has_account(email text)
returns boolean
language sql stable security definer set search_path = ''
as $$
  select exists (
    select from app_public.users as u
    where u.email operator(public.=) has_account.email::public.citext
      and u.account_status <> 'deleted'
  )
$$;

comment on function app_private.has_account(text) is
  'Whether an address is that of an account, open or suspended.';
