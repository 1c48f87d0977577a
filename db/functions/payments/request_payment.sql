-- An attempt that is open is changed at Stripe to what is to be paid now, so that what the buyer's
-- browser has stays good. One that Stripe is working on, or that is captured otherwise, cannot be
-- changed: it is given up, and there is a new one.
create or replace function app_private.request_payment(
  booking app_public.bookings, capture_method app_public.capture_method default 'automatic'
)
returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_id uuid;
  v_amount_cents bigint;
  v_before_cents bigint;
  v_part app_public.booking_payment_schedule;
begin
  if (request_payment.booking).payment_plan_id is not null then
    v_part := app_private.next_part(request_payment.booking);
  end if;
  insert into app_public.payment_intents as p (
    organization_id, booking_id, amount_cents, currency, schedule_id, capture_method
  )
  values (
    (request_payment.booking).organization_id, (request_payment.booking).id,
    coalesce(v_part.amount_cents, (request_payment.booking).total_amount_cents),
    (request_payment.booking).currency, v_part.id, request_payment.capture_method
  )
  on conflict (booking_id, organization_id) where status not in ('succeeded', 'failed', 'canceled')
  do update set amount_cents = excluded.amount_cents, schedule_id = excluded.schedule_id,
    -- What the bank had to be asked about the old amount, it is asked about the new one.
    status = case when p.amount_cents = excluded.amount_cents then p.status else 'pending' end
    where p.status in ('pending', 'requires_action')
      and p.capture_method = excluded.capture_method
  returning new.id, new.amount_cents, old.amount_cents
  into v_id, v_amount_cents, v_before_cents;
  if v_id is null then
    perform app_private.withdraw_payment(request_payment.booking);
    return app_private.request_payment(request_payment.booking, request_payment.capture_method);
  elsif v_before_cents is null then
    perform app_private.ask_for_payment(v_id);
  elsif v_before_cents <> v_amount_cents then
    perform app_private.change_payment(v_id, v_before_cents);
  end if;
  return v_id;
end
$$;

comment on function app_private.request_payment(app_public.bookings, app_public.capture_method) is
  'Writes down what is to be collected now, and has the worker ask Stripe for it, by the attempt '
  'that is open or by a new one. Raises LMPLN.';
