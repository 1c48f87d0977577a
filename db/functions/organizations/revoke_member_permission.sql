create or replace function app_public.revoke_member_permission(member_id uuid, permission text)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_member app_public.organization_members := app_private.lock_member(
    revoke_member_permission.member_id
  );
begin
  delete from app_public.member_permissions as p
  where p.member_id = v_member.id
    and p.organization_id = v_member.organization_id
    and p.permission = revoke_member_permission.permission;
  return found;
end
$$;

comment on function app_public.revoke_member_permission(uuid, text) is
  'Takes an extra permission away: true, or false when the member had none. Needs members.manage '
  'and all that the member may do. Raises LMNFD, LMRGT, LMIMP.';
grant execute on function app_public.revoke_member_permission(uuid, text) to lml_user;
