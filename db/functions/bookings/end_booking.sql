-- The one way in which a booking that was held, is being paid, or was paid comes to its end as a
-- whole: by staff, or with its event; what is not paid for, by its owner. What was returned before
-- is not returned again. The caller has locked it.
create or replace function app_private.end_booking(
  booking app_public.bookings, reason text, refund_reason app_public.refund_reason
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
  v_request app_public.refund_requests;
  v_was_confirmed boolean := (end_booking.booking).status = 'confirmed';
  v_parts app_private.refund_part[];
begin
  if v_was_confirmed then
    -- Before its tickets end: what was returned before stays as it is.
    v_parts := array(
      select p from app_private.parts_to_return(end_booking.booking, null, 100, true, true) as p
    );
    perform app_private.void_tickets(end_booking.booking);
  end if;
  v_booking := app_private.close_booking(end_booking.booking, end_booking.reason);
  if v_was_confirmed then
    v_request.organization_id := v_booking.organization_id;
    v_request.booking_id := v_booking.id;
    v_request.currency := v_booking.currency;
    v_request.kind := 'full';
    v_request.status := 'approved';
    v_request.reason := end_booking.refund_reason;
    v_request.note := end_booking.reason;
    v_request.amount_cents := (
      select coalesce(sum(app_private.total_of_part(p)), 0) from unnest(v_parts) as p
    );
    v_booking := app_private.take_back(
      v_booking, app_private.store_refund_request(v_request), v_parts
    );
  else
    perform app_private.withdraw_payment(v_booking);
  end if;
  return v_booking;
end
$$;

comment on function app_private.end_booking(app_public.bookings, text, app_public.refund_reason) is
  'Cancels a locked booking, lets its seats go, and returns what was paid for what it still has. '
  'Raises LMTUS.';
