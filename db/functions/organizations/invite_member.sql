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
