create or replace function app_hidden.has_performance_permission(
  organization_id uuid, performance_id uuid, permission text
)
returns boolean
language sql stable set search_path = ''
as $$
  select app_hidden.has_permission(
      has_performance_permission.organization_id, has_performance_permission.permission
    )
    or has_performance_permission.performance_id in (
      select app_hidden.permitted_performance_ids(has_performance_permission.permission)
    )
$$;

comment on function app_hidden.has_performance_permission(uuid, uuid, text) is
  'Whether the signed-in user has a permission at the venue of a performance.';
grant execute on function app_hidden.has_performance_permission(uuid, uuid, text)
  to lml_anonymous, lml_user;
