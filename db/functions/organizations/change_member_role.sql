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
