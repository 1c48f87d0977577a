-- For the operator, who is the owner of the database: nobody who makes requests is granted this.
create or replace function app_private.grant_first_platform_role(
  email text, role app_public.platform_role
)
returns app_public.platform_staff
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user app_public.users;
begin
  perform app_private.lock_platform_staff();
  select * into v_user
  from app_public.users as u
  where u.email operator(public.=) grant_first_platform_role.email::public.citext
    and u.account_status = 'active'
  for no key update;
  if v_user.id is null then
    raise exception 'Nobody has an account with this address.'
      using errcode = 'LMNFD', hint = 'They sign up first.';
  end if;
  return app_private.set_platform_role(v_user.id, grant_first_platform_role.role, null);
end
$$;

comment on function app_private.grant_first_platform_role(text, app_public.platform_role) is
  'Gives a platform role by address, for `lml staff grant`. Raises LMNFD, LMADM.';
