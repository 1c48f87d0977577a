-- Says "not found" to strangers, so that guessing ids tells nothing.
create or replace function app_hidden.require_permission(organization_id uuid, permission text)
returns void
language plpgsql stable set search_path = ''
as $$
begin
  perform app_hidden.require_user_id();
  if app_hidden.has_permission(require_permission.organization_id, require_permission.permission)
  then
    return;
  end if;
  if require_permission.organization_id is not null
    and app_hidden.has_permission(require_permission.organization_id, 'organization.read')
  then
    raise exception 'Your role does not allow this.'
      using errcode = 'LMRGT', detail = require_permission.permission,
        hint = 'Ask an owner or admin of the organization.';
  end if;
  raise exception 'There is no such thing, or it is not yours.' using errcode = 'LMNFD';
end
$$;

comment on function app_hidden.require_permission(uuid, text) is
  'Raises LMAUT or LMSES without a user, LMRGT for a member without the permission, '
  'LMNFD for anybody else.';
grant execute on function app_hidden.require_permission(uuid, text) to lml_anonymous, lml_user;
