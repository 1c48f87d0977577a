create or replace function app_public.reactivate_organization(organization_id uuid)
returns app_public.organizations
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_organization app_public.organizations;
begin
  perform app_hidden.require_platform_role('support', 'security');
  v_organization := app_private.lock_any_organization(reactivate_organization.organization_id);
  if v_organization.status = 'active' then
    return v_organization;
  end if;
  if v_organization.status = 'banned' then
    perform app_private.raise_not_active(v_organization);
  end if;
  update app_public.organization_suspensions as s
  set lifted_at = now(), lifted_by = app_hidden.current_user_id()
  where s.organization_id = v_organization.id and s.lifted_at is null;
  update app_public.organizations as o
  set status = 'active'
  where o.id = v_organization.id
  returning * into v_organization;
  return v_organization;
end
$$;

comment on function app_public.reactivate_organization(uuid) is
  'Lets a suspended organization sell again. For the platform''s support and security. '
  'Raises LMNFD, LMRGT, LMORG (banned), LMAUT.';
grant execute on function app_public.reactivate_organization(uuid) to lml_user;
