-- Whoever may not invite any more has not invited.
create or replace function app_private.revoke_invitations_by(organization_id uuid, user_id uuid)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  update app_public.organization_invitations as i
  set revoked_at = now(), revoked_by = app_hidden.current_user_id()
  where i.organization_id = revoke_invitations_by.organization_id
    and i.invited_by = revoke_invitations_by.user_id
    and i.accepted_at is null
    and i.revoked_at is null;
end
$$;

comment on function app_private.revoke_invitations_by(uuid, uuid) is
  'Revokes the open invitations of a member.';
