create or replace function app_private.request_payment(booking app_public.bookings)
returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_id uuid;
begin
  insert into app_public.payment_intents (organization_id, booking_id, amount_cents, currency)
  values (
    (request_payment.booking).organization_id, (request_payment.booking).id,
    (request_payment.booking).total_amount_cents, (request_payment.booking).currency
  )
  returning id into v_id;
  perform app_private.ask_for_payment(v_id);
  return v_id;
end
$$;

comment on function app_private.request_payment(app_public.bookings) is
  'Writes down what is to be collected, and has the worker ask Stripe for it.';
