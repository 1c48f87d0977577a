create or replace function app_private.send_invitation(invitation_id uuid, token text)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_invitation app_public.organization_invitations;
begin
  if send_invitation.token is null or send_invitation.token !~ '^[A-Za-z0-9_-]{43}$' then
    raise exception 'An invitation''s token is 32 random bytes in base64url.'
      using errcode = 'LMINP', detail = 'token';
  end if;
  select * into strict v_invitation
  from app_public.organization_invitations as i where i.id = send_invitation.invitation_id;
  delete from app_private.invitation_tokens as t
  where t.organization_id = v_invitation.organization_id and t.invitation_id = v_invitation.id;
  insert into app_private.invitation_tokens (token_hash, organization_id, invitation_id)
  values (
    app_hidden.hash_token(send_invitation.token), v_invitation.organization_id, v_invitation.id
  );
  perform app_private.queue_email(
    v_invitation.email::text, 'organization_invitation',
    jsonb_build_object(
      'organization', o.name, 'role', v_invitation.role, 'token', send_invitation.token
    )
  )
  from app_public.organizations as o where o.id = v_invitation.organization_id;
end
$$;

comment on function app_private.send_invitation(uuid, text) is
  'Makes this the only token of an invitation, and mails it. Raises LMINP.';
