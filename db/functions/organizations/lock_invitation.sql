create or replace function app_private.lock_invitation(invitation_id uuid)
returns app_public.organization_invitations
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_invitation app_public.organization_invitations;
begin
  select * into v_invitation
  from app_public.organization_invitations as i where i.id = lock_invitation.invitation_id;
  perform app_private.lock_organization(v_invitation.organization_id, 'members.manage');
  select * into strict v_invitation
  from app_public.organization_invitations as i
  where i.id = lock_invitation.invitation_id
  for update;
  return v_invitation;
end
$$;

comment on function app_private.lock_invitation(uuid) is
  'An invitation, locked with its organization, if the caller has members.manage. '
  'Raises LMNFD, LMRGT, LMAUT, LMSES.';
