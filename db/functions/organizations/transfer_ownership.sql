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
