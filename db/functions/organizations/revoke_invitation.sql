create or replace function app_public.revoke_invitation(invitation_id uuid)
returns app_public.organization_invitations
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_invitation app_public.organization_invitations := app_private.lock_invitation(
    revoke_invitation.invitation_id
  );
begin
  if v_invitation.accepted_at is not null then
    raise exception 'This invitation was accepted.'
      using errcode = 'LMINV', hint = 'Remove the member instead.';
  end if;
  update app_public.organization_invitations as i
  set revoked_at = now(), revoked_by = app_hidden.current_user_id()
  where i.id = v_invitation.id and i.revoked_at is null
  returning * into v_invitation;
  select * into strict v_invitation
  from app_public.organization_invitations as i where i.id = revoke_invitation.invitation_id;
  return v_invitation;
end
$$;

comment on function app_public.revoke_invitation(uuid) is
  'Makes an invitation worthless. Needs members.manage. Raises LMNFD, LMRGT, LMINV (accepted).';
grant execute on function app_public.revoke_invitation(uuid) to lml_user;
