-- Here the intent is given up at once; at Stripe a job cancels it. A payment that was faster still
-- arrives as an event, and is then returned or finds its seats free.
create or replace function app_private.withdraw_payment(booking app_public.bookings)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_id uuid;
  v_is_at_stripe boolean;
begin
  update app_public.payment_intents as p
  set status = 'canceled', canceled_at = now()
  where p.organization_id = (withdraw_payment.booking).organization_id
    and p.booking_id = (withdraw_payment.booking).id
    and p.status in ('pending', 'processing', 'requires_action', 'authorized')
    -- What is taken back of a sale lowers its invoice, and what is kept of it stays owed.
    and p.method <> 'invoice'
  returning p.id, p.stripe_payment_intent_id is not null into v_id, v_is_at_stripe;
  if v_is_at_stripe then
    perform app_private.add_job(
      'payment_intent__cancel', jsonb_build_object('payment_intent_id', v_id)
    );
  end if;
  if (withdraw_payment.booking).payment_plan_id is not null
    and (withdraw_payment.booking).status in ('canceled', 'expired')
  then
    update app_public.booking_payment_schedule as s
    set status = 'canceled'
    where s.organization_id = (withdraw_payment.booking).organization_id
      and s.booking_id = (withdraw_payment.booking).id
      and s.status in ('pending', 'overdue');
  end if;
end
$$;

comment on function app_private.withdraw_payment(app_public.bookings) is
  'Gives the open payment intent of a booking up, if it has one, and with an ended booking what '
  'was still to be paid.';
