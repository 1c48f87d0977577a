create or replace function app_private.set_platform_role(
  user_id uuid, role app_public.platform_role, set_by uuid
)
returns app_public.platform_staff
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_grant app_public.platform_staff;
begin
  select * into v_grant
  from app_public.platform_staff as p
  where p.user_id = set_platform_role.user_id and p.revoked_at is null;
  if v_grant.role = set_platform_role.role then
    return v_grant;
  end if;
  -- What they did with the other role ends with it.
  if v_grant.id is not null then
    perform app_private.end_platform_role(v_grant.user_id, set_platform_role.set_by);
  end if;
  insert into app_public.platform_staff (user_id, role, granted_by)
  values (set_platform_role.user_id, set_platform_role.role, set_platform_role.set_by)
  returning * into v_grant;
  return v_grant;
end
$$;

comment on function app_private.set_platform_role(uuid, app_public.platform_role, uuid) is
  'Gives a user one platform role instead of the one before, which becomes history. Raises LMADM.';
