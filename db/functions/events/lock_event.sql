-- Whoever changes an event waits for the others who do: first in the order of locks.
create or replace function app_private.lock_event(event_id uuid, permission text)
returns app_public.events
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events;
begin
  -- Before the lock, too: a stranger makes nobody wait.
  select * into v_event from app_public.events as e where e.id = lock_event.event_id;
  perform app_hidden.require_venue_permission(
    v_event.organization_id, v_event.venue_id, lock_event.permission
  );
  select * into v_event
  from app_public.events as e
  where e.id = lock_event.event_id
  for no key update;
  perform app_hidden.require_venue_permission(
    v_event.organization_id, v_event.venue_id, lock_event.permission
  );
  return v_event;
end
$$;

comment on function app_private.lock_event(uuid, text) is
  'The event, locked, if the caller has the permission. Raises LMNFD, LMRGT, LMAUT, LMSES.';
