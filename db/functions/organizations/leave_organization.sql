create or replace function app_public.leave_organization(organization_id uuid)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id uuid := app_hidden.require_user_id();
  v_member app_public.organization_members;
begin
  perform app_hidden.refuse_impersonator();
  perform from app_public.organizations as o
  where o.id = leave_organization.organization_id
    and exists (
      select from app_public.organization_members as m
      where m.organization_id = o.id and m.user_id = v_user_id
    )
  for no key update;
  select * into v_member
  from app_public.organization_members as m
  where m.organization_id = leave_organization.organization_id and m.user_id = v_user_id;
  -- Whoever has left has left.
  if not found then
    return false;
  end if;
  perform app_private.end_membership(v_member);
  return true;
end
$$;

comment on function app_public.leave_organization(uuid) is
  'Ends one''s own membership: true, or false when there is none. '
  'Raises LMOWN (the last owner), LMIMP, LMAUT, LMSES.';
grant execute on function app_public.leave_organization(uuid) to lml_user;
