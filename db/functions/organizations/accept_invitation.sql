-- The token proves that somebody reads the mailbox, the session that it is the one who was invited:
-- a mail that was passed on lets nobody in.
create or replace function app_public.accept_invitation(token text)
returns app_public.organization_members
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id uuid := app_hidden.require_user_id();
  v_invitation app_public.organization_invitations;
  v_member app_public.organization_members;
begin
  select i.* into v_invitation
  from app_private.invitation_tokens as t
  join app_public.organization_invitations as i
    on i.organization_id = t.organization_id and i.id = t.invitation_id
  where t.token_hash = app_hidden.hash_token(accept_invitation.token);
  -- Nothing about an invitation is told to anybody but whom it is for.
  if not found or not exists (
    select from app_public.users as u
    where u.id = v_user_id and u.email operator(public.=) v_invitation.email
  ) then
    perform app_private.raise_bad_invitation('There is no such invitation for your address.');
  end if;

  perform from app_public.organizations as o
  where o.id = v_invitation.organization_id
  for no key update;
  -- Again, after the lock: it may have been sent again, accepted or revoked meanwhile.
  select i.* into v_invitation
  from app_private.invitation_tokens as t
  join app_public.organization_invitations as i
    on i.organization_id = t.organization_id and i.id = t.invitation_id
  where t.token_hash = app_hidden.hash_token(accept_invitation.token);
  select * into v_member
  from app_public.organization_members as m
  where m.organization_id = v_invitation.organization_id and m.user_id = v_user_id;

  -- The same call again.
  if v_invitation.accepted_by = v_user_id and v_member.id is not null then
    return v_member;
  end if;
  if v_invitation.id is null or v_invitation.revoked_at is not null
    or v_invitation.accepted_at is not null
  then
    perform app_private.raise_bad_invitation('This invitation was used, replaced or revoked.');
  end if;
  if v_invitation.expires_at <= now() then
    perform app_private.raise_bad_invitation('This invitation has expired.');
  end if;
  -- Whoever invited must still be able to give these rights.
  if not (
    app_private.permissions_of(v_invitation.organization_id, v_invitation.invited_by)
      @> (array['members.manage'] || app_private.permissions_of_role(v_invitation.role))
  ) then
    perform app_private.raise_bad_invitation('Whoever invited you may not do so any more.');
  end if;

  if v_member.id is null then
    insert into app_public.organization_members (organization_id, user_id, role, invited_by)
    values (
      v_invitation.organization_id, v_user_id, v_invitation.role, v_invitation.invited_by
    )
    returning * into v_member;
  end if;
  update app_public.organization_invitations as i
  set accepted_at = now(), accepted_by = v_user_id
  where i.id = v_invitation.id;
  return v_member;
end
$$;

comment on function app_public.accept_invitation(text) is
  'Makes the signed-in user, whose address was invited, a member; the same token again returns '
  'the membership. Raises LMINV (unknown, expired, used, revoked, or for another address), LMAUT, '
  'LMSES.';
grant execute on function app_public.accept_invitation(text) to lml_user;
