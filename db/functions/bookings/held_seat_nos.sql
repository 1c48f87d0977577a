create or replace function app_private.held_seat_nos(booking app_public.bookings)
returns integer[]
language sql stable security definer set search_path = ''
as $$
  select coalesce(array_agg(n order by n), '{}')
  from app_public.booking_items as i, unnest(i.seat_nos) as n
  where i.organization_id = (held_seat_nos.booking).organization_id
    and i.booking_id = (held_seat_nos.booking).id
$$;

comment on function app_private.held_seat_nos(app_public.bookings) is
  'The seats on the lines of a booking, in order of number.';
