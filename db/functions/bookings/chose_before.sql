-- A second more than the transaction says: its time is taken just before others can see it.
create or replace function app_private.chose_before(
  booking app_public.bookings, known_from timestamptz
)
returns boolean
language sql immutable set search_path = ''
return (chose_before.booking).created_at <= chose_before.known_from + interval '1 second';

comment on function app_private.chose_before(app_public.bookings, timestamptz) is
  'Whether a booking was begun before a change of its date was known.';
