-- The sale is firm, and the clearing account says what the customer owes.
create or replace function app_private.sell_on_invoice(booking app_public.bookings)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := sell_on_invoice.booking;
begin
  update app_public.bookings as b
  set status = 'pending_payment' where b.id = v_booking.id;
  insert into app_public.payment_intents (
    organization_id, booking_id, amount_cents, currency, method
  )
  values (
    v_booking.organization_id, v_booking.id, v_booking.total_amount_cents, v_booking.currency,
    'invoice'
  );
  if not app_private.confirm_booking(v_booking.id) then
    perform app_private.raise_hold_lapsed(v_booking);
  end if;
end
$$;

comment on function app_private.sell_on_invoice(app_public.bookings) is
  'Confirms a booking that is paid for later. Raises LMEXP.';
