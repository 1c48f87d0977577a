create or replace function app_private.close_booking(booking app_public.bookings, reason text)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
begin
  update app_public.bookings as b
  set status = 'canceled', canceled_at = now(), expires_at = null,
    cancellation_reason = left(close_booking.reason, 500)
  where b.id = (close_booking.booking).id
  returning * into v_booking;
  perform app_private.let_go(close_booking.booking);
  return v_booking;
end
$$;

comment on function app_private.close_booking(app_public.bookings, text) is
  'Cancels a locked booking, and lets go what it still has of seats and admissions.';
