-- Whose card is to be kept has to be known at Stripe first; what makes
-- them known goes on with this.
create or replace function app_private.ask_for_payment(payment_intent_id uuid)
returns void
language sql volatile security definer set search_path = ''
as $$
  select case
    when c.id is null or c.stripe_id is not null then app_private.add_job(
      'payment_intent__create', jsonb_build_object('payment_intent_id', p.id)
    )
    else app_private.add_job(
      'stripe_customer__create', jsonb_build_object('stripe_customer_id', c.id)
    )
  end
  from app_public.payment_intents as p
  left join app_private.payment_choices as h
    on h.organization_id = p.organization_id and h.booking_id = p.booking_id
  left join app_private.stripe_customers as c
    on c.organization_id = h.organization_id and c.id = h.stripe_customer_id
  where p.id = ask_for_payment.payment_intent_id
$$;

comment on function app_private.ask_for_payment(uuid) is
  'Has the worker ask Stripe for a payment that was written down.';
