create or replace function app_private.sell_to_customer(
  booking app_public.bookings, payment app_public.staff_payment
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := sell_to_customer.booking;
begin
  if v_booking.total_amount_cents = 0 or sell_to_customer.payment = 'link' then
    perform app_private.proceed_to_payment(v_booking);
  elsif sell_to_customer.payment = 'invoice' then
    perform app_private.sell_on_invoice(v_booking);
  else
    update app_public.bookings as b
    set status = 'pending_payment' where b.id = v_booking.id
    returning * into v_booking;
    perform app_private.receive_at_box_office(
      v_booking, sell_to_customer.payment::text::app_public.payment_method
    );
  end if;
  select * into strict v_booking from app_public.bookings as b where b.id = v_booking.id;
  if v_booking.status = 'pending_payment' then
    perform app_private.mail_booking(v_booking, 'payment_link');
  end if;
end
$$;

comment on function app_private.sell_to_customer(app_public.bookings, app_public.staff_payment) is
  'Takes the money of a sale by staff, or has the customer mailed how to pay it.';
