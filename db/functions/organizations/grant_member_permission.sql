create or replace function app_public.grant_member_permission(member_id uuid, permission text)
returns app_public.member_permissions
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_member app_public.organization_members := app_private.lock_member(
    grant_member_permission.member_id
  );
  v_granted app_public.member_permissions;
begin
  if not exists (
    select from app_public.role_permissions as p
    where p.permission = grant_member_permission.permission
  ) then
    raise exception 'There is no such permission.' using errcode = 'LMINP', detail = 'permission';
  end if;
  -- Owning is a role: whoever has it as an extra would be an owner that nobody counts.
  if grant_member_permission.permission = 'organization.own' then
    raise exception 'Owning is a role.'
      using errcode = 'LMINP', detail = 'permission', hint = 'Change the role to owner.';
  end if;
  perform app_private.require_grantable(
    v_member.organization_id, array[grant_member_permission.permission]
  );
  insert into app_public.member_permissions (
    organization_id, member_id, permission, granted_by
  )
  values (
    v_member.organization_id, v_member.id, grant_member_permission.permission,
    app_hidden.current_user_id()
  )
  on conflict on constraint member_permissions_are_granted_once do nothing;
  select * into strict v_granted
  from app_public.member_permissions as p
  where p.member_id = v_member.id
    and p.organization_id = v_member.organization_id
    and p.permission = grant_member_permission.permission;
  return v_granted;
end
$$;

comment on function app_public.grant_member_permission(uuid, text) is
  'Lets a member do something beyond the role. Needs members.manage, the permission itself, and '
  'all that the member may do. Raises LMNFD, LMRGT, LMIMP, LMINP (no such permission).';
grant execute on function app_public.grant_member_permission(uuid, text) to lml_user;
