-- Refused by a rule: canceled, because an error would undo what the rule has found. The reason does
-- not tell the rule.
create or replace function app_private.refuse_checkout(booking app_public.bookings)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
begin
  update app_public.bookings as b
  set status = 'canceled', canceled_at = now(), expires_at = null,
    cancellation_reason = 'The order was not accepted.'
  where b.id = (refuse_checkout.booking).id
  returning * into v_booking;
  perform app_private.free_seats(v_booking, app_private.held_seat_nos(v_booking));
  perform app_private.free_admissions(v_booking);
  return v_booking;
end
$$;

comment on function app_private.refuse_checkout(app_public.bookings) is
  'Cancels a booking that is not accepted, and frees its seats and places.';
