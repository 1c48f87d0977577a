-- Whoever changes a venue waits for the others who do, and for events that are just being planned.
create or replace function app_private.lock_venue(venue_id uuid, permission text)
returns app_public.venues
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_venue app_public.venues;
begin
  -- Before the lock, too: a stranger makes nobody wait.
  select * into v_venue from app_public.venues as v where v.id = lock_venue.venue_id;
  perform app_hidden.require_venue_permission(
    v_venue.organization_id, lock_venue.venue_id, lock_venue.permission
  );
  select * into v_venue
  from app_public.venues as v
  where v.id = lock_venue.venue_id
  for no key update;
  perform app_hidden.require_venue_permission(
    v_venue.organization_id, lock_venue.venue_id, lock_venue.permission
  );
  return v_venue;
end
$$;

comment on function app_private.lock_venue(uuid, text) is
  'The venue, locked, if the caller has the permission. Raises LMNFD, LMRGT, LMAUT, LMSES.';
