create or replace function app_private.ask_for_payments_of(stripe_customer_id uuid)
returns void
language sql volatile security definer set search_path = ''
as $$
  select app_private.add_job(
    'payment_intent__create', jsonb_build_object('payment_intent_id', p.id)
  )
  from app_private.payment_choices as h
  join app_public.payment_intents as p
    on p.organization_id = h.organization_id and p.booking_id = h.booking_id
  where h.stripe_customer_id = ask_for_payments_of.stripe_customer_id
    and p.status = 'pending'
$$;

comment on function app_private.ask_for_payments_of(uuid) is
  'Goes on with the payments that waited until Stripe knew whose card they keep.';
grant execute on function app_private.ask_for_payments_of(uuid) to lml_worker;
