-- The one way in which a booking that was held, is being paid, or was paid comes to its end: by its
-- owner, by staff, or with its event. The caller has locked it.
create or replace function app_private.end_booking(
  booking app_public.bookings, reason text, refund_reason app_public.refund_reason
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
  v_is_sold boolean := (end_booking.booking).status in ('confirmed', 'partially_paid');
  v_parts app_private.refund_part[];
begin
  if v_is_sold then
    -- Before its tickets end: what was returned before stays as it is.
    v_parts := array(
      select p from app_private.parts_to_return(end_booking.booking, null, 100, true, true) as p
    );
    perform app_private.void_tickets(end_booking.booking);
  end if;
  v_booking := app_private.close_booking(end_booking.booking, end_booking.reason);
  if v_is_sold then
    v_booking := app_private.take_sale_back(
      v_booking, v_parts, end_booking.refund_reason, end_booking.reason
    );
  end if;
  -- Also of what is sold: an installment, or an invoice.
  perform app_private.withdraw_payment(v_booking);
  return v_booking;
end
$$;

comment on function app_private.end_booking(app_public.bookings, text, app_public.refund_reason) is
  'Cancels a locked booking, lets its seats go, and returns what was paid. Raises LMTUS.';
