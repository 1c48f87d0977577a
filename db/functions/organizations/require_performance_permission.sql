create or replace function app_hidden.require_performance_permission(
  organization_id uuid, performance_id uuid, permission text
)
returns void
language plpgsql stable set search_path = ''
as $$
begin
  perform app_hidden.require_user_id();
  if not coalesce(
    app_hidden.has_performance_permission(
      require_performance_permission.organization_id,
      require_performance_permission.performance_id, require_performance_permission.permission
    ), false
  ) then
    perform app_hidden.require_permission(
      require_performance_permission.organization_id, require_performance_permission.permission
    );
  end if;
end
$$;

comment on function app_hidden.require_performance_permission(uuid, uuid, text) is
  'As require_permission, at the venue of a performance. Raises LMAUT, LMSES, LMRGT, LMNFD.';
grant execute on function app_hidden.require_performance_permission(uuid, uuid, text)
  to lml_anonymous, lml_user;
