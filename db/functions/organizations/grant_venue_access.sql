create or replace function app_public.grant_venue_access(member_id uuid, venue_id uuid)
returns app_public.user_venue_access
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_member app_public.organization_members := app_private.lock_member(
    grant_venue_access.member_id
  );
  v_access app_public.user_venue_access;
begin
  if v_member.role = 'owner' then
    raise exception 'An owner has all venues.' using errcode = 'LMINP', detail = 'member_id';
  end if;
  perform app_private.require_venue(v_member.organization_id, grant_venue_access.venue_id);
  update app_public.organization_members as m
  set venues_restricted = true
  where m.id = v_member.id and not m.venues_restricted;
  insert into app_public.user_venue_access (organization_id, user_id, venue_id, granted_by)
  values (
    v_member.organization_id, v_member.user_id, grant_venue_access.venue_id,
    app_hidden.current_user_id()
  )
  on conflict do nothing;
  select * into strict v_access
  from app_public.user_venue_access as a
  where a.organization_id = v_member.organization_id
    and a.user_id = v_member.user_id
    and a.venue_id = grant_venue_access.venue_id
    and a.revoked_at is null;
  return v_access;
end
$$;

comment on function app_public.grant_venue_access(uuid, uuid) is
  'Restricts a member to venues, and adds this one. Needs members.manage and all that the member '
  'may do. Raises LMNFD, LMRGT, LMIMP, LMINP (an owner).';
grant execute on function app_public.grant_venue_access(uuid, uuid) to lml_user;
