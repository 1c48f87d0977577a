-- Whoever calls this has proven the address. What was bought under it in an organization is its
-- owner's again, like what a guest bought; what the closed account knows stays until it is erased.
create or replace function app_private.free_address(email text)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id uuid;
begin
  update app_public.users as u
  set email = ('closed+' || u.id || '@closed.invalid')::public.citext
  where u.email operator(public.=) free_address.email::public.citext
    and u.account_status = 'deleted'
  returning u.id into v_user_id;
  update app_public.customers as c
  set user_id = null
  where c.user_id = v_user_id
    and c.email operator(public.=) free_address.email::public.citext;
end
$$;

comment on function app_private.free_address(text) is
  'Takes an address from an account that is closed, for whoever has just proven that it is theirs.';
