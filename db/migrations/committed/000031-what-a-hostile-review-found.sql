--! Previous: sha1:a9618c70bd6132f16c2bcb5702a4cdd8e76ee3f8
--! Hash: sha1:5246490ced4b2047616c7a6bedb1d2af0401bfc4
--! Message: What a hostile review found

--! split: 1000-functions-identity-close_account.sql
-- Ends the account; what is stored about the person is erased by other means. Money that is on its
-- way, and seats that are waited for, come first.
create or replace function app_private.close_account()
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id uuid := app_hidden.require_user_id();
  v_email text;
  v_draft_id uuid;
  v_organization_ids uuid[];
begin
  perform app_hidden.refuse_impersonator();
  -- Organizations before everything else: an ownership that is handed over now is waited for.
  v_organization_ids := array(
    select o.id
    from app_public.organizations as o
    where o.id in (
      select m.organization_id from app_public.organization_members as m
      where m.user_id = v_user_id
    )
    order by o.id
    for no key update
  );
  -- Bookings before the account, as in a checkout. One that starts now finds its cart canceled.
  for v_draft_id in
    select b.id from app_public.bookings as b
    where b.user_id = v_user_id and b.status = 'draft'
    order by b.id
  loop
    perform app_public.cancel_booking(v_draft_id);
  end loop;
  if exists (
    select from app_public.platform_staff as p
    where p.user_id = v_user_id and p.revoked_at is null
  ) then
    perform app_private.lock_platform_staff();
  end if;
  select u.email::text into strict v_email
  from app_public.users as u where u.id = v_user_id for update;
  perform app_private.require_no_open_money(
    array(select b.id from app_public.bookings as b where b.user_id = v_user_id)
  );
  if exists (
    select from app_public.organization_members as m
    where m.user_id = v_user_id and m.organization_id <> all (v_organization_ids)
  ) then
    raise exception 'An invitation was accepted meanwhile.' using errcode = '40001';
  end if;
  perform app_private.end_platform_role(v_user_id, v_user_id);
  update app_public.users as u set account_status = 'deleted' where u.id = v_user_id;
  perform app_private.revoke_trusted_devices(v_user_id);
  update app_public.user_sessions as s
  set revoked_at = now() where s.user_id = v_user_id and s.revoked_at is null;
  delete from app_private.user_tokens as t where t.user_id = v_user_id;
  perform app_private.queue_email(v_email, 'account_closed');
end
$$;

comment on function app_private.close_account() is
  'Closes the user''s account for good; the password was verified by the server. '
  'Raises LMOPN (money on its way), LMOWN (the last owner), LMADM (the last admin), LMAUT, LMSES, LMIMP.';
grant execute on function app_private.close_account() to lml_authenticator;

--! split: 1001-functions-identity-confirm_email_change.sql
create or replace function app_private.confirm_email_change(token text)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_token app_private.user_tokens := app_private.use_user_token(
    confirm_email_change.token, 'change_email'
  );
  v_old_email text;
begin
  select u.email::text into strict v_old_email
  from app_public.users as u where u.id = v_token.user_id for no key update;
  update app_public.users as u
  set email = v_token.email, email_verified_at = now()
  where u.id = v_token.user_id;
  -- Whoever reads the old mailbox must not choose a password any more.
  delete from app_private.user_tokens as t
  where t.user_id = v_token.user_id and t.purpose = 'reset_password' and t.used_at is null;
  perform app_private.queue_email(v_old_email, 'email_changed');
  return true;
exception
  when unique_violation then
    perform app_private.raise_bad_link();
end
$$;

comment on function app_private.confirm_email_change(text) is
  'Makes the address that the token was mailed to the account''s, and tells the old one. '
  'Raises LMTOK.';
grant execute on function app_private.confirm_email_change(text) to lml_authenticator;

--! split: 1002-functions-identity-request_email_change.sql
-- The token goes to the new address; the old one is told at the end. If the new address has an
-- account already, its owner is told instead, and the caller learns nothing; nor whether anything
-- was mailed, since mailboxes of others are not to be flooded.
create or replace function app_private.request_email_change(email text, token text)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id uuid := app_hidden.require_user_id();
begin
  perform app_hidden.refuse_impersonator();
  if request_email_change.email is null
    or request_email_change.email !~ '^[^@[:space:]]+@[^@[:space:]]+$'
    or length(request_email_change.email) > 320
  then
    raise exception 'This is not an e-mail address.' using errcode = 'LMINP', detail = 'email';
  end if;
  if not app_private.may_mail(
    request_email_change.email, array['change_email', 'address_in_use']
  ) then
    return;
  end if;
  if exists (
    select from app_public.users as u
    where u.email operator(public.=) request_email_change.email::public.citext
  ) then
    perform app_private.queue_email(request_email_change.email, 'address_in_use');
    return;
  end if;
  perform app_private.issue_user_token(
    v_user_id, 'change_email', request_email_change.email, request_email_change.token
  );
end
$$;

comment on function app_private.request_email_change(text, text) is
  'Mails a token to the new address. Raises LMINP, LMAUT, LMSES, LMIMP.';
grant execute on function app_private.request_email_change(text, text) to lml_authenticator;

--! split: 1003-functions-identity-store_password.sql
create or replace function app_private.store_password(
  user_id uuid, password_hash text, kept_session_id uuid default null
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_email text;
begin
  update app_private.user_credentials as c
  set password_hash = store_password.password_hash, password_changed_at = now(),
    failed_login_attempts = 0, locked_until = null
  where c.user_id = store_password.user_id;
  update app_public.user_sessions as s
  set revoked_at = now()
  where s.user_id = store_password.user_id
    and s.revoked_at is null
    and s.id is distinct from store_password.kept_session_id;
  perform app_private.revoke_trusted_devices(store_password.user_id);
  -- Whoever knew the old password may have asked for another address, whose token needs no session.
  delete from app_private.user_tokens as t
  where t.user_id = store_password.user_id
    and t.purpose in ('change_email', 'reset_password')
    and t.used_at is null;
  select u.email::text into strict v_email
  from app_public.users as u where u.id = store_password.user_id;
  perform app_private.queue_email(v_email, 'password_changed');
end
$$;

comment on function app_private.store_password(uuid, text, uuid) is
  'A new password ends every other session, the trust in devices, and what was mailed before for '
  'another password or address; its owner is told.';

--! split: 1004-functions-organizations-change_member_role.sql
create or replace function app_public.change_member_role(
  member_id uuid, role app_public.organization_role
)
returns app_public.organization_members
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_member app_public.organization_members := app_private.lock_member(
    change_member_role.member_id
  );
begin
  if change_member_role.role is null then
    perform app_hidden.raise_bad_input(null, 'role');
  end if;
  perform app_private.require_grantable(
    v_member.organization_id, app_private.permissions_of_role(change_member_role.role)
  );
  if change_member_role.role = 'owner' and v_member.venues_restricted then
    raise exception 'An owner has all venues.'
      using errcode = 'LMINP', detail = 'role', hint = 'Lift the restriction first.';
  end if;
  update app_public.organization_members as m
  set role = change_member_role.role
  where m.id = v_member.id and m.role <> change_member_role.role;
  select * into strict v_member from app_public.organization_members as m
  where m.id = v_member.id;
  return v_member;
end
$$;

comment on function app_public.change_member_role(uuid, app_public.organization_role) is
  'Gives a member another role. Needs members.manage, and all rights of the old and the new role. '
  'Raises LMNFD, LMRGT, LMIMP, LMINP, LMOWN (the last owner).';
grant execute on function app_public.change_member_role(uuid, app_public.organization_role)
  to lml_user;

--! split: 1005-functions-organizations-grant_member_permission.sql
create or replace function app_public.grant_member_permission(member_id uuid, permission text)
returns app_public.member_permissions
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_member app_public.organization_members := app_private.lock_member(
    grant_member_permission.member_id
  );
  v_granted app_public.member_permissions;
begin
  if not exists (
    select from app_public.role_permissions as p
    where p.permission = grant_member_permission.permission
  ) then
    raise exception 'There is no such permission.' using errcode = 'LMINP', detail = 'permission';
  end if;
  -- Owning is a role: whoever has it as an extra would be an owner that nobody counts.
  if grant_member_permission.permission = 'organization.own' then
    raise exception 'Owning is a role.'
      using errcode = 'LMINP', detail = 'permission', hint = 'Change the role to owner.';
  end if;
  perform app_private.require_grantable(
    v_member.organization_id, array[grant_member_permission.permission]
  );
  insert into app_public.member_permissions (
    organization_id, member_id, permission, granted_by
  )
  values (
    v_member.organization_id, v_member.id, grant_member_permission.permission,
    app_hidden.current_user_id()
  )
  on conflict on constraint member_permissions_are_granted_once do nothing;
  select * into strict v_granted
  from app_public.member_permissions as p
  where p.member_id = v_member.id
    and p.organization_id = v_member.organization_id
    and p.permission = grant_member_permission.permission;
  return v_granted;
end
$$;

comment on function app_public.grant_member_permission(uuid, text) is
  'Lets a member do something beyond the role. Needs members.manage, the permission itself, and '
  'all that the member may do. Raises LMNFD, LMRGT, LMIMP, LMINP (no such permission).';
grant execute on function app_public.grant_member_permission(uuid, text) to lml_user;

--! split: 1006-functions-organizations-grant_venue_access.sql
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
  if not exists (
    select from app_public.venues as v
    where v.organization_id = v_member.organization_id and v.id = grant_venue_access.venue_id
  ) then
    raise exception 'There is no such venue, or it is not yours.'
      using errcode = 'LMNFD', detail = 'venue_id';
  end if;
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

--! split: 1007-functions-organizations-invite_member.sql
-- The server makes the token, so that it is in no statement that a client could send again; it goes
-- to the mailbox and nowhere else. Inviting an address again replaces the invitation.
create or replace function app_private.invite_member(
  organization_id uuid, email text, role app_public.organization_role, token text
)
returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_organization app_public.organizations := app_private.lock_organization(
    invite_member.organization_id, 'members.manage'
  );
  v_id uuid;
  v_constraint text;
  v_column text;
begin
  if invite_member.role is null then
    perform app_hidden.raise_bad_input(null, 'role');
  end if;
  perform app_private.require_grantable(
    v_organization.id, app_private.permissions_of_role(invite_member.role)
  );
  if v_organization.status in ('suspended', 'banned') then
    perform app_private.raise_not_active(v_organization);
  end if;
  if exists (
    select from app_public.organization_members as m
    join app_public.users as u on u.id = m.user_id
    where m.organization_id = v_organization.id
      and u.email operator(public.=) invite_member.email::public.citext
  ) then
    raise exception 'Whoever has this address is a member.'
      using errcode = 'LMINP', detail = 'email';
  end if;

  update app_public.organization_invitations as i
  set role = invite_member.role, invited_by = app_hidden.current_user_id(), sent_at = now(),
    send_count = i.send_count + 1, expires_at = now() + interval '7 days'
  where i.organization_id = v_organization.id
    and i.email operator(public.=) invite_member.email::public.citext
    and i.accepted_at is null
    and i.revoked_at is null
  returning i.id into v_id;
  if v_id is null then
    insert into app_public.organization_invitations (
      organization_id, email, role, invited_by, expires_at
    )
    values (
      v_organization.id, invite_member.email::public.citext, invite_member.role,
      app_hidden.current_user_id(), now() + interval '7 days'
    )
    returning id into v_id;
  end if;
  perform app_private.send_invitation(v_id, invite_member.token);
  return v_id;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_private.invite_member(
  uuid, text, app_public.organization_role, text
) is
  'Invites an address for seven days. Needs members.manage and all rights of the role. '
  'Raises LMNFD, LMRGT, LMIMP, LMINP, LMORG, LMAUT, LMSES.';
grant execute on function app_private.invite_member(
  uuid, text, app_public.organization_role, text
) to lml_authenticator;

--! split: 1008-functions-organizations-lift_venue_restriction.sql
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

--! split: 1009-functions-organizations-lock_member.sql
create or replace function app_private.lock_member(member_id uuid)
returns app_public.organization_members
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_member app_public.organization_members;
begin
  select * into v_member
  from app_public.organization_members as m where m.id = lock_member.member_id;
  perform app_private.lock_organization(v_member.organization_id, 'members.manage');
  -- Again, after the lock: it may have changed, or be gone.
  select * into v_member
  from app_public.organization_members as m
  where m.id = lock_member.member_id
  for update;
  if not found then
    raise exception 'There is no such member, or it is not yours.'
      using errcode = 'LMNFD', detail = 'member_id';
  end if;
  perform app_private.require_grantable(
    v_member.organization_id, app_private.permissions_of_member(v_member)
  );
  return v_member;
end
$$;

comment on function app_private.lock_member(uuid) is
  'A member, locked with the organization, if the caller has members.manage and all that the '
  'member may do. Raises LMNFD, LMRGT, LMIMP, LMAUT, LMSES.';

--! split: 1010-functions-organizations-permissions_of.sql
-- What a membership is worth: nothing when it is not in force, nor when its account is closed or
-- suspended, and nothing in the whole organization when it is restricted to venues.
create or replace function app_private.permissions_of(organization_id uuid, user_id uuid)
returns text[]
language sql stable security definer set search_path = ''
as $$
  select array(
    select p.permission
    from app_public.organization_members as m
    join app_public.users as u on u.id = m.user_id and u.account_status = 'active'
    join app_public.role_permissions as p on p.role = m.role
    where m.organization_id = permissions_of.organization_id
      and m.user_id = permissions_of.user_id
      and m.status = 'active'
      and not m.venues_restricted
    union
    select p.permission
    from app_public.organization_members as m
    join app_public.users as u on u.id = m.user_id and u.account_status = 'active'
    join app_public.member_permissions as p
      on p.member_id = m.id and p.organization_id = m.organization_id
    where m.organization_id = permissions_of.organization_id
      and m.user_id = permissions_of.user_id
      and m.status = 'active'
      and not m.venues_restricted
  )
$$;

comment on function app_private.permissions_of(uuid, uuid) is
  'What a user may do in all of an organization.';

--! split: 1011-functions-organizations-reactivate_member.sql
create or replace function app_public.reactivate_member(member_id uuid)
returns app_public.organization_members
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_member app_public.organization_members := app_private.lock_member(reactivate_member.member_id);
begin
  update app_public.organization_members as m
  set status = 'active'
  where m.id = v_member.id and m.status <> 'active';
  select * into strict v_member from app_public.organization_members as m
  where m.id = v_member.id;
  return v_member;
end
$$;

comment on function app_public.reactivate_member(uuid) is
  'Puts a member''s rights into force again. '
  'Needs members.manage and all that the member may do. Raises LMNFD, LMRGT, LMIMP.';
grant execute on function app_public.reactivate_member(uuid) to lml_user;

--! split: 1012-functions-organizations-remove_member.sql
create or replace function app_public.remove_member(member_id uuid)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform app_private.end_membership(app_private.lock_member(remove_member.member_id));
  return true;
end
$$;

comment on function app_public.remove_member(uuid) is
  'Ends a membership at once. Needs members.manage and all that the member may do. '
  'Raises LMNFD, LMRGT, LMIMP, LMOWN (the last owner).';
grant execute on function app_public.remove_member(uuid) to lml_user;

--! split: 1013-functions-organizations-require_grantable.sql
-- Nobody gives, takes or judges what they do not have themselves. Whoever acts in somebody's name
-- has their rights for an hour: what they gave would stay.
create or replace function app_private.require_grantable(
  organization_id uuid, permissions text[]
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_missing text;
begin
  perform app_hidden.refuse_impersonator();
  select string_agg(p, ', ' order by p) into v_missing
  from unnest(require_grantable.permissions) as p
  where p <> all (
    app_private.permissions_of(require_grantable.organization_id, app_hidden.current_user_id())
  );
  if v_missing is not null then
    raise exception 'This takes rights that you do not have yourself.'
      using errcode = 'LMRGT', detail = v_missing, hint = 'Ask an owner of the organization.';
  end if;
end
$$;

comment on function app_private.require_grantable(uuid, text[]) is
  'Raises LMRGT unless the signed-in user has all of these permissions; LMIMP in somebody''s name.';

--! split: 1014-functions-organizations-require_owner.sql
-- Writing to the organization makes whoever else ends an ownership wait, and then look again; under
-- a stricter isolation than read committed, it fails. A membership goes on when the account is
-- closed, and whoever cannot sign in owns nothing.
create or replace function app_private.require_owner(organization_id uuid)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  update app_public.organizations as o
  set updated_at = now()
  where o.id = require_owner.organization_id;
  if not exists (
    select from app_public.organization_members as m
    join app_public.users as u on u.id = m.user_id
    where m.organization_id = require_owner.organization_id
      and m.role = 'owner'
      and m.status = 'active'
      and u.account_status = 'active'
  ) then
    raise exception 'An organization has an owner at all times.'
      using errcode = 'LMOWN', detail = require_owner.organization_id::text,
        hint = 'Transfer the ownership first.';
  end if;
end
$$;

comment on function app_private.require_owner(uuid) is
  'Raises LMOWN unless somebody who can sign in owns the organization, which is locked.';

--! split: 1015-functions-organizations-resend_invitation.sql
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

--! split: 1016-functions-organizations-revoke_member_permission.sql
create or replace function app_public.revoke_member_permission(member_id uuid, permission text)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_member app_public.organization_members := app_private.lock_member(
    revoke_member_permission.member_id
  );
begin
  delete from app_public.member_permissions as p
  where p.member_id = v_member.id
    and p.organization_id = v_member.organization_id
    and p.permission = revoke_member_permission.permission;
  return found;
end
$$;

comment on function app_public.revoke_member_permission(uuid, text) is
  'Takes an extra permission away: true, or false when the member had none. Needs members.manage '
  'and all that the member may do. Raises LMNFD, LMRGT, LMIMP.';
grant execute on function app_public.revoke_member_permission(uuid, text) to lml_user;

--! split: 1017-functions-organizations-revoke_venue_access.sql
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

--! split: 1018-functions-organizations-send_invitation.sql
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
    )
  )
  from app_public.organizations as o where o.id = v_invitation.organization_id;
end
$$;

comment on function app_private.send_invitation(uuid, text) is
  'Makes this the only token of an invitation, and mails it. Raises LMINP.';

--! split: 1019-functions-organizations-suspend_member.sql
create or replace function app_public.suspend_member(member_id uuid)
returns app_public.organization_members
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_member app_public.organization_members := app_private.lock_member(suspend_member.member_id);
begin
  update app_public.organization_members as m
  set status = 'suspended'
  where m.id = v_member.id and m.status <> 'suspended';
  perform app_private.revoke_invitations_by(v_member.organization_id, v_member.user_id);
  select * into strict v_member from app_public.organization_members as m
  where m.id = v_member.id;
  return v_member;
end
$$;

comment on function app_public.suspend_member(uuid) is
  'Puts a member''s rights out of force, and revokes the member''s open invitations. '
  'Needs members.manage and all that the member may do. '
  'Raises LMNFD, LMRGT, LMIMP, LMOWN (the last owner).';
grant execute on function app_public.suspend_member(uuid) to lml_user;

--! split: 1020-functions-organizations-tg_organization_members__keep_an_owner.sql
-- Two owners who leave at once would each see the other one: see require_owner.
create or replace function app_hidden.tg_organization_members__keep_an_owner()
returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform app_private.require_owner(old.organization_id);
  return null;
end
$$;

comment on function app_hidden.tg_organization_members__keep_an_owner() is 'Raises LMOWN.';

create or replace trigger _200_keep_an_owner_on_update
  after update of role, status, organization_id on app_public.organization_members
  for each row
  when (
    old.role = 'owner' and old.status = 'active'
    and (
      new.role <> 'owner' or new.status <> 'active'
      or new.organization_id <> old.organization_id
    )
  )
  execute function app_hidden.tg_organization_members__keep_an_owner();

create or replace trigger _200_keep_an_owner_on_delete
  after delete on app_public.organization_members
  for each row when (old.role = 'owner' and old.status = 'active')
  execute function app_hidden.tg_organization_members__keep_an_owner();

--! split: 1021-functions-organizations-tg_users__keep_an_owner.sql
-- Whoever closes their account leaves, also when two owners do so at once. A suspension is the
-- platform's, which may be there for the owner's sake.
create or replace function app_hidden.tg_users__keep_an_owner()
returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_organization_id uuid;
begin
  for v_organization_id in
    select m.organization_id
    from app_public.organization_members as m
    where m.user_id = new.id and m.role = 'owner' and m.status = 'active'
    order by m.organization_id
  loop
    perform app_private.require_owner(v_organization_id);
  end loop;
  return null;
end
$$;

comment on function app_hidden.tg_users__keep_an_owner() is 'Raises LMOWN.';

create or replace trigger _200_keep_an_owner
  after update of account_status on app_public.users
  for each row
  when (old.account_status <> 'deleted' and new.account_status = 'deleted')
  execute function app_hidden.tg_users__keep_an_owner();

--! split: 1022-functions-organizations-transfer_ownership.sql
create or replace function app_public.transfer_ownership(organization_id uuid, member_id uuid)
returns app_public.organization_members
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_organization app_public.organizations := app_private.lock_organization(
    transfer_ownership.organization_id, 'organization.own'
  );
  v_member app_public.organization_members;
begin
  perform app_hidden.refuse_impersonator();
  select * into v_member
  from app_public.organization_members as m
  where m.organization_id = v_organization.id and m.id = transfer_ownership.member_id
  for update;
  if not found then
    raise exception 'There is no such member, or it is not yours.'
      using errcode = 'LMNFD', detail = 'member_id';
  end if;
  if v_member.user_id = app_hidden.current_user_id() then
    return v_member;
  end if;
  if v_member.status <> 'active' then
    raise exception 'The membership is %.', v_member.status
      using errcode = 'LMINP', detail = 'member_id', hint = 'Reactivate the member first.';
  end if;
  if not exists (
    select from app_public.users as u
    where u.id = v_member.user_id and u.account_status = 'active'
  ) then
    raise exception 'The account of this member cannot sign in.'
      using errcode = 'LMINP', detail = 'member_id';
  end if;

  perform app_private.revoke_venues(v_organization.id, v_member.user_id);
  -- The new one first: there is an owner at all times.
  update app_public.organization_members as m
  set role = 'owner', venues_restricted = false
  where m.id = v_member.id
  returning * into v_member;
  update app_public.organization_members as m
  set role = 'admin'
  where m.organization_id = v_organization.id
    and m.user_id = app_hidden.current_user_id()
    and m.role = 'owner';
  return v_member;
end
$$;

comment on function app_public.transfer_ownership(uuid, uuid) is
  'Makes a member an owner, and the calling owner an admin. Needs organization.own. '
  'Raises LMNFD, LMRGT, LMIMP, LMINP (not active, or an account that is closed or suspended).';
grant execute on function app_public.transfer_ownership(uuid, uuid) to lml_user;

--! split: 1023-functions-bookings-cancel_booking.sql
create or replace function app_public.cancel_booking(
  booking_id uuid, reason text default null, idempotency_key text default null
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_booking(
    cancel_booking.booking_id, 'bookings.manage'
  );
  v_was_confirmed boolean := v_booking.status = 'confirmed';
begin
  if app_private.replay_result(
    cancel_booking.idempotency_key, 'cancel_booking',
    jsonb_build_array(cancel_booking.booking_id, cancel_booking.reason)
  ) is not null then
    return app_private.masked_booking(v_booking);
  end if;
  if length(cancel_booking.reason) > 500 then
    raise exception 'A reason has at most 500 characters.'
      using errcode = 'LMINP', detail = 'reason';
  end if;
  if v_booking.status not in ('draft', 'pending_payment', 'fraud_hold', 'confirmed') then
    raise exception 'The booking is %.', v_booking.status
      using errcode = 'LMBST', detail = v_booking.status::text;
  end if;
  if v_was_confirmed
    and not app_hidden.has_performance_permission(
      v_booking.organization_id, v_booking.performance_id, 'bookings.manage'
    )
  then
    raise exception 'A paid booking is canceled by the organization that sold it.'
      using errcode = 'LMRGT', hint = 'Ask the organization; quote the booking reference.';
  end if;

  if v_was_confirmed then
    perform app_private.void_tickets(v_booking);
  end if;
  update app_public.bookings as b
  set status = 'canceled', canceled_at = now(), cancellation_reason = cancel_booking.reason,
    expires_at = null
  where b.id = v_booking.id
  returning * into v_booking;
  perform app_private.free_seats(v_booking, app_private.held_seat_nos(v_booking));
  perform app_private.free_admissions(v_booking);
  if v_was_confirmed then
    perform app_private.reverse_sale(v_booking);
    perform app_private.refund_booking(v_booking, 'booking_canceled');
  else
    perform app_private.withdraw_payment(v_booking);
  end if;
  perform app_private.keep_result(cancel_booking.idempotency_key, v_booking.id);
  return app_private.masked_booking(v_booking);
end
$$;

comment on function app_public.cancel_booking(uuid, text, text) is
  'Lets the seats go. An unpaid booking is canceled by its owner or by staff; a paid one by staff '
  'with bookings.manage, which voids its tickets and refunds it in full. '
  'Raises LMBKG, LMBST, LMRGT, LMTUS (a ticket was used), LMINP, LMSES, LMCRT, LMIDK.';
grant execute on function app_public.cancel_booking(uuid, text, text) to lml_anonymous, lml_user;

--! split: 1024-functions-bookings-find_or_create_customer.sql
create or replace function app_private.find_or_create_customer(
  organization_id uuid, user_id uuid, email text, first_name text, last_name text, phone text
)
returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_id uuid;
  v_constraint text;
  v_column text;
begin
  insert into app_public.customers as c (
    organization_id, user_id, email, first_name, last_name, phone
  )
  values (
    find_or_create_customer.organization_id,
    -- An account is linked to its own address only, once it is proven: nobody may claim a stranger's
    -- history, nor what that stranger will buy.
    (
      select u.id from app_public.users as u
      where u.id = find_or_create_customer.user_id
        and u.email operator(public.=) find_or_create_customer.email::public.citext
        and u.email_verified_at is not null
    ),
    find_or_create_customer.email::public.citext,
    find_or_create_customer.first_name, find_or_create_customer.last_name,
    find_or_create_customer.phone
  )
  on conflict on constraint customers_email_is_unique do nothing
  returning c.id into v_id;
  if v_id is null then
    select c.id into strict v_id
    from app_public.customers as c
    where c.organization_id = find_or_create_customer.organization_id
      and c.email operator(public.=) find_or_create_customer.email::public.citext;
  end if;
  return v_id;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_private.find_or_create_customer(uuid, uuid, text, text, text, text) is
  'The organization''s customer with an address. What is known of a customer is not overwritten '
  'by whoever types the address.';

--! split: 1025-functions-bookings-hold_seats.sql
create or replace function app_public.hold_seats(
  performance_id uuid, seat_ids text[], booking_id uuid default null,
  idempotency_key text default null
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_buyer app_private.buyer := app_private.require_buyer();
  v_sale app_private.sale;
  v_booking_id uuid;
  v_booking app_public.bookings;
begin
  -- The booking first, as everywhere, then the key.
  if hold_seats.booking_id is not null then
    v_booking := app_private.lock_booking(hold_seats.booking_id, 'bookings.manage');
  end if;
  if hold_seats.idempotency_key is not null then
    v_booking_id := app_private.replay_result(
      hold_seats.idempotency_key, 'hold_seats',
      jsonb_build_array(hold_seats.performance_id, hold_seats.seat_ids, hold_seats.booking_id)
    );
    if v_booking_id is not null then
      select * into strict v_booking from app_public.bookings as b where b.id = v_booking_id;
      return app_private.masked_booking(v_booking);
    end if;
  end if;

  v_sale := app_private.open_sale(
    hold_seats.performance_id, coalesce(hold_seats.seat_ids, '{}')
  );
  if v_buyer.user_id is null and not v_sale.allow_guest_checkout then
    raise exception 'This organization sells to people with an account only.'
      using errcode = 'LMGST', hint = 'Sign in first.';
  end if;

  if hold_seats.booking_id is null then
    v_booking := app_private.take_seats(
      v_sale, uuidv7(),
      now() + make_interval(secs => least(v_sale.hold_seconds, v_sale.hold_seconds_max)), v_buyer
    );
  else
    perform app_private.require_open_draft(v_booking);
    if v_booking.performance_id <> v_sale.performance_id then
      raise exception 'The booking is for another performance.'
        using errcode = 'LMBKG', detail = v_booking.performance_id::text;
    end if;
    v_booking := app_private.hold_for_draft(v_booking, v_sale);
  end if;

  if hold_seats.idempotency_key is not null then
    perform app_private.keep_result(hold_seats.idempotency_key, v_booking.id);
  end if;
  return v_booking;
end
$$;

comment on function app_public.hold_seats(uuid, text[], uuid, text) is
  'Holds seats for a new booking, or for a draft of yours, all of them or none. '
  'Raises LMTKN (naming the seats that were not free), LMSEA (unknown seat), LMSDP (one twice), '
  'LMQTY (none or too many), LMEVT (not published), LMSAL (sales closed), LMEXP, LMBST, LMBKG, '
  'LMGST, LMCRT, LMSES, LMIDK, LMNFD, LMRSK (a rule against fraud refuses it).';
grant execute on function app_public.hold_seats(uuid, text[], uuid, text)
  to lml_anonymous, lml_user;

--! split: 1026-functions-bookings-start_checkout.sql
create or replace function app_public.start_checkout(
  booking_id uuid, email text default null, first_name text default null,
  last_name text default null, phone text default null, idempotency_key text default null
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_booking(
    start_checkout.booking_id, 'bookings.manage'
  );
  v_sale app_private.sale;
  v_contact app_public.users;
  v_action app_public.fraud_action;
begin
  if app_private.replay_result(
    start_checkout.idempotency_key, 'start_checkout',
    jsonb_build_array(
      start_checkout.booking_id, start_checkout.email, start_checkout.first_name,
      start_checkout.last_name, start_checkout.phone
    )
  ) is not null then
    return app_private.masked_booking(v_booking);
  end if;
  perform app_private.require_open_draft(v_booking);
  v_sale := app_private.open_sale(v_booking.performance_id);
  if not exists (
    select from app_public.booking_items as i
    where i.organization_id = v_booking.organization_id and i.booking_id = v_booking.id
  ) then
    raise exception 'The booking is empty.' using errcode = 'LMQTY', detail = '0';
  end if;

  perform app_private.require_revenue_limit(v_booking);

  select * into v_contact from app_public.users as u where u.id = v_booking.user_id;
  v_contact.email := coalesce(start_checkout.email, v_contact.email);
  v_contact.first_name := coalesce(start_checkout.first_name, v_contact.first_name);
  v_contact.last_name := coalesce(start_checkout.last_name, v_contact.last_name);
  v_contact.phone := coalesce(start_checkout.phone, v_contact.phone);
  if v_contact.email is null or v_contact.email !~ '^[^@[:space:]]+@[^@[:space:]]+$' then
    raise exception 'An e-mail address is needed, where the tickets go.'
      using errcode = 'LMCON', detail = 'email';
  end if;

  perform app_private.prolong_hold(
    v_booking, least(
      now() + make_interval(secs => v_sale.checkout_seconds),
      v_booking.created_at + make_interval(secs => v_sale.hold_seconds_max)
    )
  );
  update app_public.bookings as b
  set customer_id = app_private.find_or_create_customer(
      v_booking.organization_id, v_booking.user_id, v_contact.email, v_contact.first_name,
      v_contact.last_name, v_contact.phone
    ),
    customer_email = v_contact.email,
    customer_name = nullif(concat_ws(' ', v_contact.first_name, v_contact.last_name), ''),
    checkout_started_at = now()
  where b.id = v_booking.id
  returning * into v_booking;

  v_action := app_private.screen_checkout(v_booking, v_contact.phone);
  if v_action = 'block' then
    perform app_private.refuse_checkout(v_booking);
  elsif v_action = 'review' then
    perform app_private.hold_for_review(v_booking);
  elsif v_booking.total_amount_cents = 0 then
    perform app_private.confirm_booking(v_booking.id);
  else
    update app_public.bookings as b
    set status = 'pending_payment' where b.id = v_booking.id;
    perform app_private.request_payment(v_booking);
  end if;
  perform app_private.keep_result(start_checkout.idempotency_key, v_booking.id);
  select * into strict v_booking from app_public.bookings as b where b.id = v_booking.id;
  return app_private.masked_booking(v_booking);
end
$$;

comment on function app_public.start_checkout(uuid, text, text, text, text, text) is
  'Freezes a draft, prolongs its hold and asks for the payment; a free booking is confirmed at '
  'once. A user''s own address and name are the defaults. The rules against fraud may return it '
  'canceled (not accepted; its seats are free) or as fraud_hold (somebody looks at it first). '
  'Raises LMBKG, LMBST, LMEXP, LMCON (no e-mail address), LMQTY (empty), LMEVT, LMSAL, LMINP, '
  'LMSES, LMCRT, LMIDK, LMLIM (the organization''s plan).';
grant execute on function app_public.start_checkout(uuid, text, text, text, text, text)
  to lml_anonymous, lml_user;

--! split: 1027-functions-risk-approve_fraud_review.sql
create or replace function app_public.approve_fraud_review(booking_id uuid, note text default null)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_fraud_review(approve_fraud_review.booking_id);
  v_organization app_public.organizations;
begin
  if v_booking.expires_at <= now() then
    raise exception 'The time for the review has run out.'
      using errcode = 'LMEXP', detail = v_booking.id::text;
  end if;
  -- The platform has stopped all sales, and nobody has begun to pay for this one.
  select * into strict v_organization
  from app_public.organizations as o where o.id = v_booking.organization_id;
  if v_organization.status <> 'active' then
    perform app_private.raise_not_active(v_organization);
  end if;
  -- Sales may have closed meanwhile: the buyer was in time.
  perform app_private.prolong_hold(
    v_booking,
    now() + make_interval(
      secs => (
        select e.checkout_seconds
        from app_public.performances as p
        join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
        where p.organization_id = v_booking.organization_id and p.id = v_booking.performance_id
      )
    )
  );
  update app_public.bookings as b
  set status = 'pending_payment' where b.id = v_booking.id
  returning * into v_booking;
  if v_booking.total_amount_cents = 0 then
    perform app_private.confirm_booking(v_booking.id);
  else
    perform app_private.request_payment(v_booking);
  end if;
  perform app_private.close_alerts_of_booking(
    v_booking, 'false_positive', approve_fraud_review.note
  );
  select * into strict v_booking from app_public.bookings as b where b.id = v_booking.id;
  return app_private.masked_booking(v_booking);
end
$$;

comment on function app_public.approve_fraud_review(uuid, text) is
  'Accepts a booking under review: the buyer may pay until what was left of the review, and at '
  'least as long as any checkout. Its open alerts were false positives. Needs risk.manage, and '
  'somebody other than the buyer. '
  'Raises LMNFD, LMRGT, LMBST (not under review), LMEXP (too late), LMORG (a suspended '
  'organization), LMINP, LMAUT, LMSES.';
grant execute on function app_public.approve_fraud_review(uuid, text) to lml_user;

--! split: 1028-functions-risk-refuse_own_review.sql
-- Whoever may decide about others could otherwise pass any order of their own, with any card. An
-- order without an account is theirs when it is for their address, or for one that was theirs when
-- they bought before.
create or replace function app_private.refuse_own_review(booking_id uuid)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if exists (
    select
    from app_public.bookings as b
    join app_public.users as u
      on u.id in (app_hidden.current_user_id(), app_hidden.current_impersonator_id())
    where b.id = refuse_own_review.booking_id
      and (
        b.user_id = u.id
        or b.customer_email operator(public.=) u.email
        or exists (
          select from app_public.customers as c
          where c.organization_id = b.organization_id
            and c.id = b.customer_id
            and c.user_id = u.id
        )
      )
  ) then
    raise exception 'Somebody else decides about an order of your own.'
      using errcode = 'LMRGT', detail = 'risk.manage', hint = 'Ask another owner or admin.';
  end if;
end
$$;

comment on function app_private.refuse_own_review(uuid) is
  'Raises LMRGT when a booking is the caller''s own.';

--! split: 1029-functions-risk-reject_fraud_review.sql
create or replace function app_public.reject_fraud_review(booking_id uuid, note text default null)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_fraud_review(reject_fraud_review.booking_id);
begin
  v_booking := app_private.refuse_checkout(v_booking);
  perform app_private.close_alerts_of_booking(v_booking, 'confirmed', reject_fraud_review.note);
  return app_private.masked_booking(v_booking);
end
$$;

comment on function app_public.reject_fraud_review(uuid, text) is
  'Cancels a booking under review and frees its seats. Its open alerts were right. '
  'Needs risk.manage, and somebody other than the buyer. '
  'Raises LMNFD, LMRGT, LMBST (not under review), LMINP, LMAUT, LMSES.';
grant execute on function app_public.reject_fraud_review(uuid, text) to lml_user;

--! split: 1030-functions-audit-booking_as_of.sql
create or replace function app_public.booking_as_of(booking_id uuid, at timestamptz)
returns app_public.past_booking
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_current jsonb := (
    select to_jsonb(b) from app_public.bookings as b where b.id = booking_as_of.booking_id
  );
  v_last app_public.bookings;
  v_row jsonb;
  v_move app_public.booking_state_transitions;
  v_past app_public.past_booking;
begin
  v_last := jsonb_populate_record(
    null::app_public.bookings,
    coalesce(v_current, app_private.audited_row('bookings', booking_as_of.booking_id))
  );
  if (
    v_last.user_id = app_hidden.current_user_id()
    or v_last.cart_token_hash = app_hidden.current_cart_hash()
    or app_hidden.has_permission(v_last.organization_id, 'audit.read')
  ) is not true then
    raise exception 'There is no such booking, or it is not yours.' using errcode = 'LMNFD';
  end if;
  perform app_private.require_past(booking_as_of.at);

  v_row := app_private.row_as_of(
    'bookings', booking_as_of.booking_id, v_current, booking_as_of.at
  );
  select * into v_move
  from app_public.booking_state_transitions as t
  where t.organization_id = v_last.organization_id
    and t.booking_id = booking_as_of.booking_id
    and uuid_extract_timestamp(t.id) <= booking_as_of.at
  order by t.id desc
  limit 1;
  if v_row is null or v_move.id is null then
    return null;
  end if;
  -- The sums of a cart change with every hold, and are not kept.
  if v_move.to_status = 'draft' then
    v_row := v_row - array[
      'subtotal_cents', 'discount_cents', 'service_fee_cents', 'processing_fee_cents', 'tax_cents',
      'total_amount_cents'
    ];
  end if;
  -- Names as everywhere: reading the audit is no right to read them.
  if not app_private.may_read_buyer(v_last) then
    v_row := v_row - array['customer_email', 'customer_name'];
  end if;
  v_past := jsonb_populate_record(null::app_public.past_booking, v_row);
  v_past.booking_id := booking_as_of.booking_id;
  v_past.status := v_move.to_status;
  v_past.status_since := v_move.created_at;
  v_past.as_of := booking_as_of.at;
  return v_past;
end
$$;

comment on function app_public.booking_as_of(uuid, timestamptz) is
  'A booking as it was at a moment, for its owner and for members with audit.read; null when there '
  'was none yet, or no more. Raises LMNFD, LMINP (the future, or what was dropped by retention).';
grant execute on function app_public.booking_as_of(uuid, timestamptz) to lml_anonymous, lml_user;

--! split: 1031-functions-audit-check_invariants.sql
-- Are we consistent now? No rows: yes. Each question is one that a constraint cannot ask, because
-- it reaches across tables.
create or replace function app_public.check_invariants()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable security definer set search_path = ''
as $$
  select
    'seat_belongs_to_its_booking', s.organization_id, s.booking_id,
    format('seat %s of performance %s is not on a line of its booking', s.seat_no, s.performance_id)
  from app_public.seat_booking_state as s
  join app_public.bookings as b on b.organization_id = s.organization_id and b.id = s.booking_id
  where (s.status = 'booked' or (s.status = 'locked' and s.locked_until > now()))
    and not (
      b.performance_id = s.performance_id
      and b.status in ('draft', 'pending_payment', 'fraud_hold', 'confirmed', 'completed')
      and exists (
        select from app_public.booking_items as i
        where i.organization_id = b.organization_id
          and i.booking_id = b.id
          and s.seat_no = any (i.seat_nos)
      )
    )

  union all
  select
    'open_booking_owns_its_seats', b.organization_id, b.id,
    format('seat %s is on a line of the booking, but is not held for it', n)
  from app_public.bookings as b
  join app_public.booking_items as i
    on i.organization_id = b.organization_id and i.booking_id = b.id
  cross join unnest(i.seat_nos) as n
  where (
      (b.status in ('draft', 'pending_payment', 'fraud_hold') and b.expires_at > now())
      or b.status in ('confirmed', 'completed')
    )
    and not exists (
      select from app_public.seat_booking_state as s
      where s.organization_id = b.organization_id
        and s.performance_id = b.performance_id
        and s.seat_no = n
        and s.booking_id = b.id
        and s.status
          = case when b.confirmed_at is null then 'locked' else 'booked' end::app_public.seat_status
    )

  union all
  select
    'seat_is_held_as_long_as_its_booking', s.organization_id, s.booking_id,
    format('seat %s is held until %s, not until %s', s.seat_no, s.locked_until, b.expires_at)
  from app_public.seat_booking_state as s
  join app_public.bookings as b on b.organization_id = s.organization_id and b.id = s.booking_id
  where s.status = 'locked'
    and b.status in ('draft', 'pending_payment', 'fraud_hold')
    and s.locked_until <> b.expires_at

  union all
  select
    'booked_seat_has_one_ticket', s.organization_id, s.booking_id,
    format('seat %s of performance %s has %s live tickets', s.seat_no, s.performance_id, t.live)
  from app_public.seat_booking_state as s
  cross join lateral (
    select count(*) as live
    from app_public.tickets as t
    where t.organization_id = s.organization_id
      and t.performance_id = s.performance_id
      and t.seat_no = s.seat_no
      and t.booking_id = s.booking_id
      and t.status in ('valid', 'used')
  ) as t
  where s.status = 'booked' and t.live <> 1

  union all
  select
    'live_ticket_has_its_seat', t.organization_id, t.id,
    format('ticket %s has no seat that is booked for it', t.ticket_number)
  from app_public.tickets as t
  where t.status in ('valid', 'used')
    and t.seat_no is not null
    and not exists (
      select from app_public.seat_booking_state as s
      where s.organization_id = t.organization_id
        and s.performance_id = t.performance_id
        and s.seat_no = t.seat_no
        and s.status = 'booked'
        and s.booking_id = t.booking_id
    )

  union all
  select
    'slot_is_sum_of_its_claims', s.organization_id, s.pool_id,
    format(
      'slot %s says %s held and %s sold, its claims %s and %s', s.slot_no, s.held, s.sold,
      c.held, c.sold
    )
  from app_private.admission_slots as s
  cross join lateral (
    select
      coalesce(sum(c.quantity) filter (where c.held_until is not null), 0) as held,
      coalesce(sum(c.quantity) filter (where c.held_until is null), 0) as sold
    from app_private.admission_claims as c
    where c.organization_id = s.organization_id
      and c.pool_id = s.pool_id
      and c.slot_no = s.slot_no
  ) as c
  where (s.held, s.sold) is distinct from (c.held, c.sold)

  union all
  select
    'pool_is_sum_of_its_slots', p.organization_id, p.id,
    format('its slots take %s, the pool %s', coalesce(s.capacity, 0), p.capacity)
  from app_public.admission_pools as p
  left join lateral (
    select sum(s.capacity) as capacity
    from app_private.admission_slots as s
    where s.organization_id = p.organization_id and s.pool_id = p.id
  ) as s on true
  where s.capacity is distinct from p.capacity

  union all
  select
    'booking_has_its_admissions', b.organization_id, b.id,
    format('%s places of pool %s, its lines need %s', coalesce(c.quantity, 0), n.pool_id, n.quantity)
  from app_public.bookings as b
  cross join lateral (
    select c.pool_id, sum(i.quantity) as quantity
    from app_public.booking_items as i
    join app_public.admission_pool_categories as pc
      on pc.organization_id = i.organization_id
      and pc.performance_id = b.performance_id
      and pc.ticket_category_id = i.ticket_category_id
    join app_public.admission_pools as pool
      on pool.organization_id = pc.organization_id and pool.id = pc.pool_id
    cross join unnest(pool.chain) as c (pool_id)
    where i.organization_id = b.organization_id
      and i.booking_id = b.id
      and i.item_type = 'admission'
    group by c.pool_id
  ) as n
  left join lateral (
    select sum(c.quantity) as quantity
    from app_private.admission_claims as c
    where c.organization_id = b.organization_id
      and c.booking_id = b.id
      and c.pool_id = n.pool_id
      and c.held_until is not distinct from b.expires_at
  ) as c on true
  where (
      (b.status in ('draft', 'pending_payment') and b.expires_at > now())
      or b.status in ('confirmed', 'completed')
    )
    and c.quantity is distinct from n.quantity

  union all
  select
    'admissions_belong_to_their_booking', c.organization_id, c.booking_id,
    format('%s places of pool %s for a booking that is %s', c.quantity, c.pool_id, b.status)
  from app_private.admission_claims as c
  join app_public.bookings as b on b.organization_id = c.organization_id and b.id = c.booking_id
  where (c.held_until is null and b.status not in ('confirmed', 'completed'))
    or (c.held_until > now() and b.status not in ('draft', 'pending_payment'))

  union all
  select
    'allocated_seat_is_kept_back', a.organization_id, a.allocation_id,
    format('seat %s of the allocation is %s', a.seat_no, s.status)
  from app_public.seat_allocation_seats as a
  join app_public.seat_booking_state as s
    on s.organization_id = a.organization_id
    and s.performance_id = a.performance_id
    and s.seat_no = a.seat_no
  where s.status not in ('reserved', 'blocked')

  union all
  select
    'ticket_has_its_credential', t.organization_id, t.id,
    format('ticket %s has no credential', t.ticket_number)
  from app_public.tickets as t
  where not exists (
    select from app_private.ticket_credentials as c
    where c.organization_id = t.organization_id
      and c.ticket_id = t.id
      and c.version = t.credential_version
  )

  union all
  select
    'ticket_was_accepted_by_its_holder', t.organization_id, t.id,
    format('ticket %s is held by a transfer that is %s', t.ticket_number, x.status)
  from app_public.tickets as t
  join app_public.ticket_transfers as x
    on x.organization_id = t.organization_id and x.id = t.transfer_id
  where x.status <> 'accepted'
    or exists (
      select from app_public.ticket_transfers as later
      where later.organization_id = t.organization_id
        and later.ticket_id = t.id
        and later.status = 'accepted'
        and later.ended_at > x.ended_at
    )

  union all
  select
    'ticket_is_offered_while_it_is_unused', t.organization_id, t.id,
    format('ticket %s came in, and changed hands afterwards', t.ticket_number)
  from app_public.tickets as t
  join app_public.ticket_transfers as x
    on x.organization_id = t.organization_id and x.id = t.transfer_id
  where x.ended_at > t.used_at

  union all
  select
    'entries_were_scanned', t.organization_id, t.id,
    format('ticket %s came in %s times, and was scanned %s times', t.ticket_number,
      t.entry_count, s.scans)
  from app_public.tickets as t
  cross join lateral (
    select count(*) as scans from app_public.ticket_scans as s
    where s.organization_id = t.organization_id
      and s.ticket_id = t.id
      and s.result = 'success'
      and s.direction = 'in'
  ) as s
  where t.entry_count <> s.scans

  union all
  select
    'confirmed_booking_has_its_tickets', b.organization_id, b.id,
    format('%s live tickets of %s', t.live, i.sold)
  from app_public.bookings as b
  cross join lateral (
    select coalesce(sum(i.quantity), 0) as sold
    from app_public.booking_items as i
    where i.organization_id = b.organization_id
      and i.booking_id = b.id
      and i.item_type in ('seat', 'admission')
  ) as i
  cross join lateral (
    select count(*) as live
    from app_public.tickets as t
    where t.organization_id = b.organization_id
      and t.booking_id = b.id
      and t.status in ('valid', 'used')
  ) as t
  where b.status in ('confirmed', 'completed') and t.live <> i.sold

  union all
  select
    'tickets_sum_to_their_line', i.organization_id, i.id,
    format('tickets sum to %s, the line to %s', t.total, i.total_cents)
  from app_public.booking_items as i
  join lateral (
    select sum(t.total_paid_cents) as total
    from app_public.tickets as t
    where t.organization_id = i.organization_id and t.booking_item_id = i.id
  ) as t on t.total is not null
  where t.total <> i.total_cents

  union all
  select
    'booking_is_sum_of_its_lines', b.organization_id, b.id,
    format('lines sum to %s, the booking to %s', coalesce(i.total, 0), b.total_amount_cents)
  from app_public.bookings as b
  left join lateral (
    select sum(i.total_cents) as total
    from app_public.booking_items as i
    where i.organization_id = b.organization_id and i.booking_id = b.id
  ) as i on true
  where coalesce(i.total, 0) <> b.total_amount_cents

  union all
  select
    'confirmed_booking_is_paid', b.organization_id, b.id,
    format('received %s of %s', coalesce(p.received, 0), b.total_amount_cents)
  from app_public.bookings as b
  left join lateral (
    select sum(p.received_cents - p.refunded_cents) as received
    from app_public.payment_intents as p
    where p.organization_id = b.organization_id and p.booking_id = b.id
  ) as p on true
  where b.status in ('confirmed', 'completed')
    and coalesce(p.received, 0) <> b.total_amount_cents

  union all
  select
    'payment_is_in_the_books', p.organization_id, p.id, 'no ledger transaction payment:ID'
  from app_public.payment_intents as p
  where p.status = 'succeeded'
    and not exists (
      select from app_public.ledger_transactions as t
      where t.organization_id = p.organization_id and t.source = 'payment:' || p.id
    )

  union all
  select
    'sale_is_in_the_books', b.organization_id, b.id, 'no ledger transaction sale:ID'
  from app_public.bookings as b
  where b.status in ('confirmed', 'completed')
    and b.total_amount_cents > 0
    and not exists (
      select from app_public.ledger_transactions as t
      where t.organization_id = b.organization_id and t.source = 'sale:' || b.id
    )

  union all
  select
    'refund_is_in_the_books', r.organization_id, r.id, 'no ledger transaction refund:ID'
  from app_public.refunds as r
  where r.status = 'succeeded'
    and not exists (
      select from app_public.ledger_transactions as t
      where t.organization_id = r.organization_id and t.source = 'refund:' || r.id
    )

  union all
  select
    'ledger_transaction_is_balanced', t.organization_id, t.id,
    format('%s entries sum to %s', count(e.id), coalesce(sum(e.amount_cents), 0))
  from app_public.ledger_transactions as t
  left join app_public.ledger_entries as e
    on e.organization_id = t.organization_id and e.transaction_id = t.id
  group by t.organization_id, t.id
  having count(e.id) < 2 or sum(e.amount_cents) <> 0

  union all
  select
    'stripe_balance_is_what_came_and_went', o.id, null,
    format(
      'the books say %s %s, payments and refunds %s', coalesce(b.balance, 0), c.code,
      coalesce(p.received, 0) - coalesce(r.returned, 0)
    )
  from app_public.organizations as o
  join (
    select p.organization_id, p.currency as code from app_public.payment_intents as p
    union
    select a.organization_id, a.currency from app_public.ledger_accounts as a
  ) as c on c.organization_id = o.id
  left join lateral (
    select sum(e.amount_cents) as balance
    from app_public.ledger_accounts as a
    join app_public.ledger_entries as e
      on e.organization_id = a.organization_id and e.account_id = a.id
    where a.organization_id = o.id and a.currency = c.code and a.kind = 'stripe_balance'
  ) as b on true
  left join lateral (
    select sum(p.received_cents) as received
    from app_public.payment_intents as p
    where p.organization_id = o.id and p.currency = c.code
  ) as p on true
  left join lateral (
    select sum(r.amount_cents) as returned
    from app_public.refunds as r
    where r.organization_id = o.id and r.currency = c.code and r.status = 'succeeded'
  ) as r on true
  where coalesce(b.balance, 0) <> coalesce(p.received, 0) - coalesce(r.returned, 0)

  union all
  select
    'refunded_is_sum_of_refunds', p.organization_id, p.id,
    format('refunds sum to %s, the payment says %s', coalesce(r.total, 0), p.refunded_cents)
  from app_public.payment_intents as p
  left join lateral (
    select sum(r.amount_cents) as total
    from app_public.refunds as r
    where r.organization_id = p.organization_id
      and r.payment_intent_id = p.id
      and r.status in ('pending', 'processing', 'succeeded')
  ) as r on true
  where coalesce(r.total, 0) <> p.refunded_cents

  union all
  select
    'unwanted_money_is_on_its_way_back', b.organization_id, b.id,
    format('received %s, returned %s', p.received_cents, p.refunded_cents)
  from app_public.payment_intents as p
  join app_public.bookings as b on b.organization_id = p.organization_id and b.id = p.booking_id
  where b.status in ('canceled', 'expired', 'refunded')
    and p.received_cents <> p.refunded_cents
    and not exists (
      select from app_public.refunds as r
      where r.organization_id = p.organization_id
        and r.payment_intent_id = p.id
        and r.status in ('failed', 'canceled')
    )

  union all
  select
    'status_is_the_last_logged', b.organization_id, b.id,
    format('the booking is %s, its log says %s', b.status, coalesce(t.to_status::text, 'nothing'))
  from app_public.bookings as b
  left join lateral (
    select t.to_status
    from app_public.booking_state_transitions as t
    where t.organization_id = b.organization_id and t.booking_id = b.id
    order by t.id desc
    limit 1
  ) as t on true
  where t.to_status is distinct from b.status
    -- Nothing is left of what was dropped by retention.
    and (
      t.to_status is not null
      or not exists (
        select from app_private.closed_months as c
        where c.table_name = 'booking_state_transitions'
          and c.dropped_at is not null
          and b.created_at < (c.month + interval '1 month') at time zone 'UTC'
      )
    )

  union all
  select
    'inventory_is_the_layout', p.organization_id, p.id,
    format('%s seats in the inventory, %s in the layout', s.seats, l.seat_count)
  from app_public.performances as p
  join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
  join app_public.venue_layouts as l
    on l.organization_id = p.organization_id and l.id = p.layout_id
  cross join lateral (
    select count(*) as seats
    from app_public.seat_booking_state as s
    where s.organization_id = p.organization_id and s.performance_id = p.id
  ) as s
  where e.status not in ('draft', 'canceled') and s.seats <> l.seat_count

  union all
  select
    'organization_has_an_owner', o.id, null, format('nobody owns %s', o.slug)
  from app_public.organizations as o
  where not exists (
    select from app_public.organization_members as m
    join app_public.users as u on u.id = m.user_id
    where m.organization_id = o.id
      and m.role = 'owner'
      and m.status = 'active'
      and u.account_status <> 'deleted'
  )
$$;

comment on function app_public.check_invariants() is
  'Everything that is not consistent now, one row each; none when all is well. '
  'For the owner and the worker.';
grant execute on function app_public.check_invariants() to lml_worker;

--! split: 1032-functions-privacy-erase_customer.sql
-- A checkout under the same address either has made its booking the customer's, and is waited for at
-- the customer's row; or comes later, and is a sale of its own.
create or replace function app_public.erase_customer(customer_id uuid)
returns app_public.privacy_requests
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_customer app_public.customers := app_private.require_customer(
    erase_customer.customer_id, 'privacy.manage'
  );
  v_request app_public.privacy_requests;
  v_locked uuid[];
  v_person app_private.person;
begin
  v_person := app_private.person_of_customer(v_customer.id);
  v_locked := array(
    select b.id from app_public.bookings as b
    where b.id = any (v_person.booking_ids)
    order by b.id
    for no key update
  );
  perform from app_public.customers as c where c.id = v_customer.id for update;
  v_person := app_private.person_of_customer(v_customer.id);
  if not v_person.booking_ids <@ v_locked then
    raise exception 'A booking was made meanwhile.' using errcode = '40001';
  end if;
  perform app_private.require_no_open_money(v_person.booking_ids);

  insert into app_public.privacy_requests (organization_id, kind, customer_id, requested_by)
  values (v_customer.organization_id, 'erasure', v_customer.id, app_hidden.current_user_id())
  returning * into v_request;
  update app_public.privacy_requests as r
  set completed_at = now(), summary = app_private.erase_person(v_person, v_request.id)
  where r.id = v_request.id
  returning * into v_request;
  return v_request;
end
$$;

comment on function app_public.erase_customer(uuid) is
  'Forgets who a customer of the organization is: the books stay, the person goes. Their account, '
  'if they have one, is their own. Needs privacy.manage. '
  'Raises LMOPN (money on its way), LMNFD, LMRGT, LMIMP, LMAUT, LMSES.';
grant execute on function app_public.erase_customer(uuid) to lml_user;

--! split: 1033-functions-privacy-export_customer_data.sql
create or replace function app_public.export_customer_data(customer_id uuid)
returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_customer app_public.customers := app_private.require_customer(
    export_customer_data.customer_id, 'privacy.manage'
  );
begin
  insert into app_public.privacy_requests (
    organization_id, kind, customer_id, requested_by, completed_at
  )
  values (
    v_customer.organization_id, 'export', v_customer.id, app_hidden.current_user_id(), now()
  );
  return app_private.export_person(app_private.person_of_customer(v_customer.id));
end
$$;

comment on function app_public.export_customer_data(uuid) is
  'Everything that an organization has stored about one of its customers, to be handed to them. '
  'Needs privacy.manage. Raises LMNFD, LMRGT, LMIMP, LMAUT, LMSES.';
grant execute on function app_public.export_customer_data(uuid) to lml_user;

--! split: 1034-functions-privacy-export_person.sql
-- Every table of personal_tables, without secrets. Who else worked on an entry is their own affair, and
-- so is what somebody else bought with an account of their own and had sent to this person: it says
-- from where, and with which device. Erasure does forget the address that it was sent to.
create or replace function app_private.export_person(person app_private.person)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_person app_private.person := export_person.person;
  v_table record;
  v_rows jsonb;
  v_document jsonb := '{}';
begin
  if v_person.user_id is not null then
    v_person.booking_ids := array(
      select b.id
      from app_public.bookings as b
      where b.id = any (v_person.booking_ids)
        and coalesce(b.user_id = v_person.user_id, true)
      order by b.id
    );
  end if;
  for v_table in
    select p.relation, p.section, p.belongs, array(
      select c.column_name from app_private.column_classes as c
      where c.relation = p.relation and c.class = 'secret'
    ) as secrets
    from app_private.personal_tables as p
    where p.section is not null
    order by p.position
  loop
    execute format(
      'select coalesce(jsonb_agg(to_jsonb(t) - $2 %s order by to_jsonb(t) ->> ''id''), ''[]'') '
      'from %s as t where %s',
      case when v_table.relation = 'app_public.audit_log' then
        '- case when t.user_id is distinct from ($1).user_id then '
        'array[''user_id'', ''impersonator_id'', ''ip_address'', ''user_agent'', ''request_id''] '
        'else ''{}'' end'
      end,
      v_table.relation, v_table.belongs
    )
    into v_rows using v_person, v_table.secrets;
    v_document := v_document || jsonb_build_object(v_table.section, v_rows);
  end loop;
  return jsonb_build_object('format', 'lml-export/1', 'exported_at', now()) || v_document;
end
$$;

comment on function app_private.export_person(app_private.person) is
  'What is stored about a person: one document, one list for each table.';

--! split: 1035-functions-privacy-masked_booking.sql
-- A function that changes a booking returns its row past the policies. Whoever may change it without
-- having bought it, and may not read names, is not told them in this way either.
create or replace function app_private.masked_booking(booking app_public.bookings)
returns app_public.bookings
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := masked_booking.booking;
begin
  if not app_private.may_read_buyer(v_booking) then
    v_booking.customer_email := null;
    v_booking.customer_name := null;
  end if;
  return v_booking;
end
$$;

comment on function app_private.masked_booking(app_public.bookings) is
  'The booking, without name and address for whoever is neither its buyer nor may read names.';

--! split: 1036-functions-privacy-may_read_buyer.sql
create or replace function app_private.may_read_buyer(booking app_public.bookings)
returns boolean
language sql stable security definer set search_path = ''
as $$
  select coalesce((may_read_buyer.booking).user_id = app_hidden.current_user_id(), false)
    or coalesce(
      (may_read_buyer.booking).cart_token_hash = app_hidden.current_cart_hash(), false
    )
    or coalesce(
      app_hidden.has_performance_permission(
        (may_read_buyer.booking).organization_id, (may_read_buyer.booking).performance_id,
        'customers.read_names'
      ), false
    )
$$;

comment on function app_private.may_read_buyer(app_public.bookings) is
  'Whether the caller is the buyer of a booking, or may read names where it is for.';

--! split: 1037-functions-privacy-person_of_user.sql
-- An account, and what was bought with it or under its address. An address counts once it is proven:
-- nobody may ask for a stranger's history by typing where that stranger reads mail.
create or replace function app_private.person_of_user(user_id uuid)
returns app_private.person
language sql stable security definer set search_path = ''
as $$
  with account as (
    select u.id, u.email, u.email_verified_at is not null as is_proven
    from app_public.users as u
    where u.id = person_of_user.user_id
  ),
  entries as (
    select c.id
    from app_public.customers as c, account as a
    where a.is_proven
      and (c.user_id = a.id or c.user_id is null and c.email operator(public.=) a.email)
    union
    -- Another address that only this account ever gave.
    select c.id
    from account as a
    join app_public.bookings as b on b.user_id = a.id
    join app_public.customers as c on c.organization_id = b.organization_id and c.id = b.customer_id
    where coalesce(c.user_id = a.id, true)
      and not exists (
        select from app_public.bookings as other
        where other.organization_id = c.organization_id
          and other.customer_id = c.id
          and other.user_id is distinct from a.id
      )
  )
  select a.id,
    array(select e.id from entries as e order by e.id),
    array(
      select b.id from app_public.bookings as b where b.user_id = a.id
      union
      select b.id from app_public.bookings as b
      where b.customer_id in (select e.id from entries as e)
      order by 1
    ),
    case when a.is_proven then array[a.email] else '{}' end
  from account as a
$$;

comment on function app_private.person_of_user(uuid) is 'Everything that belongs to a user.';

--! split: 1038-functions-privacy-record_customer_consent.sql
create or replace function app_public.record_customer_consent(
  customer_id uuid, purpose app_public.consent_purpose, is_given boolean, wording_version text,
  source text
)
returns app_public.consents
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_customer app_public.customers := app_private.require_customer(
    record_customer_consent.customer_id, 'privacy.manage'
  );
  v_consent app_public.consents;
begin
  v_consent.organization_id := v_customer.organization_id;
  v_consent.customer_id := v_customer.id;
  v_consent.purpose := record_customer_consent.purpose;
  v_consent.is_given := record_customer_consent.is_given;
  v_consent.wording_version := record_customer_consent.wording_version;
  v_consent.source := record_customer_consent.source;
  return app_private.record_consent(v_consent);
end
$$;

comment on function app_public.record_customer_consent(
  uuid, app_public.consent_purpose, boolean, text, text
) is
  'Writes down what a customer said by telephone, letter or on paper. Needs privacy.manage. '
  'Raises LMINP, LMNFD, LMRGT, LMIMP, LMAUT, LMSES.';
grant execute on function app_public.record_customer_consent(
  uuid, app_public.consent_purpose, boolean, text, text
) to lml_user;

--! split: 1039-functions-privacy-require_customer.sql
create or replace function app_private.require_customer(customer_id uuid, permission text)
returns app_public.customers
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_customer app_public.customers;
begin
  select * into v_customer
  from app_public.customers as c where c.id = require_customer.customer_id;
  perform app_hidden.require_permission(v_customer.organization_id, require_customer.permission);
  -- Support that looks into something must not carry the customers away, nor forget them.
  perform app_hidden.refuse_impersonator();
  return v_customer;
end
$$;

comment on function app_private.require_customer(uuid, text) is
  'The customer, for members with the permission, and nobody in their name. '
  'Raises LMNFD, LMRGT, LMIMP, LMAUT, LMSES.';

--! split: 1040-policies-audit-audit_log.sql
-- Who may read the audit sees its organization's part; what buyers are called, only with the right to
-- read names, as everywhere.
alter table app_public.audit_log enable row level security;
alter table app_public.audit_log force row level security;

drop policy if exists all_owner on app_public.audit_log;
create policy all_owner on app_public.audit_log
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.audit_log;
create policy select_member on app_public.audit_log
  for select to lml_user
  using (
    organization_id in (select app_hidden.permitted_organization_ids('audit.read'))
    and (
      entity_type not in ('bookings', 'customers')
      or organization_id in (select app_hidden.permitted_organization_ids('customers.read_names'))
    )
  );

revoke all on app_public.audit_log from public;
grant select on app_public.audit_log to lml_user;
