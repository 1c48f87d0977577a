-- The events follow by their foreign key, in the same statement: nothing more is sold from the
-- moment this commits. Tickets that were sold stay good, and who has begun to pay gets theirs.
create or replace function app_public.suspend_organization(organization_id uuid, reason text)
returns app_public.organizations
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_organization app_public.organizations;
  v_constraint text;
  v_column text;
begin
  perform app_hidden.require_platform_role('support', 'security');
  v_organization := app_private.lock_any_organization(suspend_organization.organization_id);
  if v_organization.status = 'suspended' then
    return v_organization;
  end if;
  if v_organization.status = 'banned' then
    perform app_private.raise_not_active(v_organization);
  end if;
  insert into app_public.organization_suspensions (organization_id, reason, suspended_by)
  values (v_organization.id, suspend_organization.reason, app_hidden.current_user_id());
  update app_public.organizations as o
  set status = 'suspended'
  where o.id = v_organization.id
  returning * into v_organization;
  return v_organization;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.suspend_organization(uuid, text) is
  'Stops all sales of an organization; its tickets stay good. Suspending again changes nothing. '
  'For the platform''s support and security. Raises LMNFD, LMRGT, LMINP, LMORG (banned), LMAUT.';
grant execute on function app_public.suspend_organization(uuid, text) to lml_user;
