create or replace function app_private.raise_booking_status(booking app_public.bookings)
returns void
language plpgsql immutable set search_path = ''
as $$
begin
  raise exception 'The booking is %.', (raise_booking_status.booking).status
    using errcode = 'LMBST', detail = (raise_booking_status.booking).status::text;
end
$$;

comment on function app_private.raise_booking_status(app_public.bookings) is 'Raises LMBST.';
