create or replace function app_hidden.has_permission(organization_id uuid, permission text)
returns boolean
language sql stable set search_path = ''
as $$
  select has_permission.organization_id in (
    select app_hidden.permitted_organization_ids(has_permission.permission)
  )
$$;

comment on function app_hidden.has_permission(uuid, text) is
  'Whether the signed-in user has a permission in an organization.';
grant execute on function app_hidden.has_permission(uuid, text) to lml_anonymous, lml_user;
