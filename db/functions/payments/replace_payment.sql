create or replace function app_private.replace_payment(
  intent app_public.payment_intents, capture_method app_public.capture_method
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
begin
  select * into strict v_booking
  from app_public.bookings as b where b.id = (replace_payment.intent).booking_id;
  perform app_private.withdraw_payment(v_booking);
  if v_booking.status = 'partially_paid'
    or v_booking.status = 'pending_payment' and v_booking.expires_at > now()
  then
    perform app_private.request_payment(v_booking, replace_payment.capture_method);
  end if;
  return v_booking;
end
$$;

comment on function app_private.replace_payment(
  app_public.payment_intents, app_public.capture_method
) is
  'Gives the open intent of a locked booking up, and asks for a new one if it is still to be paid.';
