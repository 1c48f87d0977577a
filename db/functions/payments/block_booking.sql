-- All tickets: which of them a part of the money was for, nobody knows.
create or replace function app_private.block_booking(booking app_public.bookings)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
begin
  update app_public.bookings as b
  set status = 'disputed' where b.id = (block_booking.booking).id
  returning * into v_booking;
  -- In order; a scan that is under way comes first, or waits and then finds the ticket blocked.
  perform from app_public.tickets as t
  where t.organization_id = v_booking.organization_id and t.booking_id = v_booking.id
  order by t.id
  for no key update;
  update app_public.tickets as t
  set is_disputed = true
  where t.organization_id = v_booking.organization_id and t.booking_id = v_booking.id
    and t.status in ('valid', 'used');
  return v_booking;
end
$$;

comment on function app_private.block_booking(app_public.bookings) is
  'Keeps the tickets of a booking from doors and from other holders, while a bank decides.';
