-- What would be complete later than this could not be kept long enough for its owner to come.
create or replace function app_private.has_gathered_long(booking app_public.bookings)
returns boolean
language sql stable security definer set search_path = ''
as $$
  select (has_gathered_long.booking).expires_at - now()
    <= app_private.waiting_offer_time((has_gathered_long.booking).organization_id)
$$;

comment on function app_private.has_gathered_long(app_public.bookings) is
  'Whether the time for gathering places is over.';
