create or replace function app_private.permissions_of_role(role app_public.organization_role)
returns text[]
language sql stable security definer set search_path = ''
as $$
  select array(
    select p.permission from app_public.role_permissions as p
    where p.role = permissions_of_role.role
  )
$$;

comment on function app_private.permissions_of_role(app_public.organization_role) is
  'The bundle of a role.';
