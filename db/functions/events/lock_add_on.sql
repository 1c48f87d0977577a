create or replace function app_private.lock_add_on(add_on_id uuid, permission text)
returns app_public.add_ons
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_add_on app_public.add_ons;
begin
  select * into v_add_on from app_public.add_ons as a where a.id = lock_add_on.add_on_id;
  if v_add_on.event_id is not null then
    perform app_private.lock_event(v_add_on.event_id, lock_add_on.permission);
  else
    perform app_hidden.require_permission(v_add_on.organization_id, lock_add_on.permission);
  end if;
  select * into strict v_add_on
  from app_public.add_ons as a where a.id = lock_add_on.add_on_id
  for no key update;
  return v_add_on;
end
$$;

comment on function app_private.lock_add_on(uuid, text) is
  'An add-on, locked after its event, if the caller has the permission. '
  'Raises LMNFD, LMRGT, LMAUT, LMSES.';
