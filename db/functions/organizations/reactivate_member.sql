create or replace function app_public.reactivate_member(member_id uuid)
returns app_public.organization_members
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_member app_public.organization_members := app_private.lock_member(reactivate_member.member_id);
begin
  update app_public.organization_members as m
  set status = 'active'
  where m.id = v_member.id and m.status <> 'active';
  select * into strict v_member from app_public.organization_members as m
  where m.id = v_member.id;
  return v_member;
end
$$;

comment on function app_public.reactivate_member(uuid) is
  'Puts a member''s rights into force again. '
  'Needs members.manage and all that the member may do. Raises LMNFD, LMRGT, LMIMP.';
grant execute on function app_public.reactivate_member(uuid) to lml_user;
