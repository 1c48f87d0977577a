create or replace function app_private.lock_member(member_id uuid)
returns app_public.organization_members
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_member app_public.organization_members;
begin
  select * into v_member
  from app_public.organization_members as m where m.id = lock_member.member_id;
  perform app_private.lock_organization(v_member.organization_id, 'members.manage');
  -- Again, after the lock: it may have changed, or be gone.
  select * into v_member
  from app_public.organization_members as m
  where m.id = lock_member.member_id
  for update;
  if not found then
    raise exception 'There is no such member, or it is not yours.'
      using errcode = 'LMNFD', detail = 'member_id';
  end if;
  perform app_private.require_grantable(
    v_member.organization_id, app_private.permissions_of_member(v_member)
  );
  return v_member;
end
$$;

comment on function app_private.lock_member(uuid) is
  'A member, locked with the organization, if the caller has members.manage and all that the '
  'member may do. Raises LMNFD, LMRGT, LMIMP, LMAUT, LMSES.';
