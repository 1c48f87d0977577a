create or replace function app_private.resend_invitation(invitation_id uuid, token text)
returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_invitation app_public.organization_invitations := app_private.lock_invitation(
    resend_invitation.invitation_id
  );
begin
  if v_invitation.accepted_at is not null or v_invitation.revoked_at is not null then
    raise exception 'This invitation was accepted or revoked.'
      using errcode = 'LMINV', hint = 'Invite again.';
  end if;
  return app_private.invite_member(
    v_invitation.organization_id, v_invitation.email::text, v_invitation.role,
    resend_invitation.token
  );
end
$$;

comment on function app_private.resend_invitation(uuid, text) is
  'Mails an open invitation again, with another token and for another seven days, ten times at '
  'most. Needs members.manage and all rights of its role. Raises LMNFD, LMRGT, LMIMP, LMINV, '
  'LMINP.';
grant execute on function app_private.resend_invitation(uuid, text) to lml_authenticator;
