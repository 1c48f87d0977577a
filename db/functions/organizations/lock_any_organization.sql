create or replace function app_private.lock_any_organization(organization_id uuid)
returns app_public.organizations
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_organization app_public.organizations;
begin
  select * into v_organization
  from app_public.organizations as o
  where o.id = lock_any_organization.organization_id
  for update;
  if not found then
    raise exception 'There is no such organization.'
      using errcode = 'LMNFD', detail = 'organization_id';
  end if;
  return v_organization;
end
$$;

comment on function app_private.lock_any_organization(uuid) is
  'The organization, locked, for the platform''s staff. Raises LMNFD.';
