-- A function that changes a booking returns its row past the policies. Whoever may change it
-- without having bought it, and may not read names, is not told them in this way either.
create or replace function app_private.masked_booking(booking app_public.bookings)
returns app_public.bookings
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := masked_booking.booking;
begin
  if not app_private.may_read_buyer(v_booking) then
    v_booking.customer_email := null;
    v_booking.customer_name := null;
  end if;
  return v_booking;
end
$$;

comment on function app_private.masked_booking(app_public.bookings) is
  'The booking, without name and address for whoever is neither its buyer nor may read names.';
