-- Stripe itself sends an event again for three days.
create or replace function app_private.parked_events_are_found_after()
returns interval
language sql immutable parallel safe
return interval '3 days';

comment on function app_private.parked_events_are_found_after() is
  'How long an event may wait for what it is about before people are told.';
