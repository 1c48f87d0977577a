create or replace function app_public.revoke_venue_access(member_id uuid, venue_id uuid)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_member app_public.organization_members := app_private.lock_member(
    revoke_venue_access.member_id
  );
begin
  update app_public.user_venue_access as a
  set revoked_at = now(), revoked_by = app_hidden.current_user_id()
  where a.organization_id = v_member.organization_id
    and a.user_id = v_member.user_id
    and a.venue_id = revoke_venue_access.venue_id
    and a.revoked_at is null;
  return found;
end
$$;

comment on function app_public.revoke_venue_access(uuid, uuid) is
  'Takes a venue from a member: true, or false when the member did not have it. After the last '
  'one the member has none. Needs members.manage and all that the member may do. '
  'Raises LMNFD, LMRGT, LMIMP.';
grant execute on function app_public.revoke_venue_access(uuid, uuid) to lml_user;
