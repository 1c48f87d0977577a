create or replace function app_public.suspend_member(member_id uuid)
returns app_public.organization_members
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_member app_public.organization_members := app_private.lock_member(suspend_member.member_id);
begin
  update app_public.organization_members as m
  set status = 'suspended'
  where m.id = v_member.id and m.status <> 'suspended';
  perform app_private.revoke_invitations_by(v_member.organization_id, v_member.user_id);
  select * into strict v_member from app_public.organization_members as m
  where m.id = v_member.id;
  return v_member;
end
$$;

comment on function app_public.suspend_member(uuid) is
  'Puts a member''s rights out of force, and revokes the member''s open invitations. '
  'Needs members.manage and all that the member may do. '
  'Raises LMNFD, LMRGT, LMIMP, LMOWN (the last owner).';
grant execute on function app_public.suspend_member(uuid) to lml_user;
