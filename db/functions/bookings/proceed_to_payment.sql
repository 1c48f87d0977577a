create or replace function app_private.proceed_to_payment(booking app_public.bookings)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := proceed_to_payment.booking;
begin
  if v_booking.total_amount_cents > 0 or v_booking.status <> 'draft' then
    update app_public.bookings as b
    set status = 'pending_payment' where b.id = v_booking.id;
  end if;
  if v_booking.total_amount_cents = 0 then
    perform app_private.confirm_booking(v_booking.id);
  else
    perform app_private.request_payment(v_booking);
  end if;
end
$$;

comment on function app_private.proceed_to_payment(app_public.bookings) is
  'Asks for the payment of a booking that nothing is in the way of, or confirms a free one.';
