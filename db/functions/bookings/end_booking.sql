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
  v_was_firm boolean := (end_booking.booking).status in ('confirmed', 'partially_paid');
begin
  if v_was_firm then
    perform app_private.void_tickets(end_booking.booking);
  end if;
  update app_public.bookings as b
  set status = 'canceled', canceled_at = now(), cancellation_reason = end_booking.reason,
    expires_at = null
  where b.id = (end_booking.booking).id
  returning * into v_booking;
  perform app_private.free_seats(v_booking, app_private.held_seat_nos(v_booking));
  perform app_private.free_admissions(v_booking);
  if v_was_firm then
    perform app_private.reverse_sale(v_booking);
    perform app_private.refund_booking(v_booking, end_booking.refund_reason);
  end if;
  -- Also of what is sold: an installment, or an invoice.
  perform app_private.withdraw_payment(v_booking);
  return v_booking;
end
$$;

comment on function app_private.end_booking(app_public.bookings, text, app_public.refund_reason) is
  'Cancels a locked booking, lets its seats go, and returns what was paid. Raises LMTUS.';
