create or replace function app_hidden.require_venue_permission(
  organization_id uuid, venue_id uuid, permission text
)
returns void
language plpgsql stable set search_path = ''
as $$
begin
  perform app_hidden.require_user_id();
  if coalesce(
      app_hidden.has_permission(
        require_venue_permission.organization_id, require_venue_permission.permission
      ), false
    )
    or require_venue_permission.venue_id in (
      select app_hidden.permitted_venue_ids(require_venue_permission.permission)
    )
  then
    return;
  end if;
  perform app_hidden.require_permission(
    require_venue_permission.organization_id, require_venue_permission.permission
  );
end
$$;

comment on function app_hidden.require_venue_permission(uuid, uuid, text) is
  'As require_permission, at a venue. Raises LMAUT, LMSES, LMRGT, LMNFD.';
grant execute on function app_hidden.require_venue_permission(uuid, uuid, text)
  to lml_anonymous, lml_user;
