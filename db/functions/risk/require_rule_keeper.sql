create or replace function app_hidden.require_rule_keeper(organization_id uuid)
returns void
language plpgsql stable set search_path = ''
as $$
begin
  if require_rule_keeper.organization_id is null then
    perform app_hidden.require_platform_role('security');
  else
    perform app_hidden.require_permission(require_rule_keeper.organization_id, 'risk.manage');
  end if;
end
$$;

comment on function app_hidden.require_rule_keeper(uuid) is
  'Members with risk.manage keep their organization''s rules, the platform''s security staff the '
  'rules for all (null). Raises LMAUT, LMSES, LMRGT, LMNFD.';
