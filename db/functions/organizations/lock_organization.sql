-- Whoever changes an organization, or who works for it, waits for the others who do: rights are
-- looked at after the lock, so that nobody acts on rights that were taken meanwhile. It comes
-- before the event in the order of locks.
create or replace function app_private.lock_organization(organization_id uuid, permission text)
returns app_public.organizations
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_organization app_public.organizations;
begin
  -- Before the lock, too: a stranger makes nobody wait, nor learns that somebody is at work.
  perform app_hidden.require_permission(
    lock_organization.organization_id, lock_organization.permission
  );
  select * into v_organization
  from app_public.organizations as o
  where o.id = lock_organization.organization_id
  for no key update;
  perform app_hidden.require_permission(v_organization.id, lock_organization.permission);
  return v_organization;
end
$$;

comment on function app_private.lock_organization(uuid, text) is
  'The organization, locked, if the caller has the permission. Raises LMNFD, LMRGT, LMAUT, LMSES.';
