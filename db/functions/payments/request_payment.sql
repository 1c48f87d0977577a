create or replace function app_private.request_payment(booking app_public.bookings)
returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_id uuid;
  v_part app_public.booking_payment_schedule;
begin
  if (request_payment.booking).payment_plan_id is not null then
    v_part := app_private.next_part(request_payment.booking);
  end if;
  insert into app_public.payment_intents (
    organization_id, booking_id, amount_cents, currency, schedule_id
  )
  values (
    (request_payment.booking).organization_id, (request_payment.booking).id,
    coalesce(v_part.amount_cents, (request_payment.booking).total_amount_cents),
    (request_payment.booking).currency, v_part.id
  )
  returning id into v_id;
  perform app_private.ask_for_payment(v_id);
  return v_id;
end
$$;

comment on function app_private.request_payment(app_public.bookings) is
  'Writes down what is to be collected now, and has the worker ask Stripe for it. Raises LMPLN.';
