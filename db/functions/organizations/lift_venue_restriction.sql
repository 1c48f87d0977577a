create or replace function app_public.lift_venue_restriction(member_id uuid)
returns app_public.organization_members
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_member app_public.organization_members := app_private.lock_member(
    lift_venue_restriction.member_id
  );
begin
  perform app_private.revoke_venues(v_member.organization_id, v_member.user_id);
  update app_public.organization_members as m
  set venues_restricted = false
  where m.id = v_member.id and m.venues_restricted;
  select * into strict v_member from app_public.organization_members as m
  where m.id = v_member.id;
  return v_member;
end
$$;

comment on function app_public.lift_venue_restriction(uuid) is
  'Lets a member''s rights hold at all venues again. Needs members.manage and all that the member '
  'may do. Raises LMNFD, LMRGT, LMIMP.';
grant execute on function app_public.lift_venue_restriction(uuid) to lml_user;
