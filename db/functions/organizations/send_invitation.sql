create or replace function app_private.send_invitation(invitation_id uuid, token text)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_invitation app_public.organization_invitations;
begin
  if not app_private.is_token(send_invitation.token) then
    raise exception 'An invitation''s token is 32 random bytes in base64url.'
      using errcode = 'LMINP', detail = 'token';
  end if;
  select * into strict v_invitation
  from app_public.organization_invitations as i where i.id = send_invitation.invitation_id;
  -- Revoking an invitation, or another organization, makes no room for more mails. Two at once wait
  -- for each other, as in may_mail.
  perform pg_advisory_xact_lock(
    hashtextextended('mail to ' || lower(v_invitation.email::text), 0)
  );
  if 10 <= (
    select count(*)
    from app_private.outgoing_emails as e
    where e.recipient operator(public.=) v_invitation.email
      and e.template = 'organization_invitation'
      and e.created_at > now() - interval '1 day'
  ) then
    raise exception 'This address was invited ten times within a day.'
      using errcode = 'LMINP', detail = 'email', hint = 'Try again tomorrow.';
  end if;
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
    ),
    o.id
  )
  from app_public.organizations as o where o.id = v_invitation.organization_id;
end
$$;

comment on function app_private.send_invitation(uuid, text) is
  'Makes this the only token of an invitation, and mails it. Raises LMINP.';
