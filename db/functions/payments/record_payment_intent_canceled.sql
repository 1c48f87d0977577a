create or replace function app_private.record_payment_intent_canceled(payment_intent_id uuid)
returns void
language sql volatile security definer set search_path = ''
as $$
  update app_public.payment_intents as p
  set stripe_status = 'canceled'
  where p.id = record_payment_intent_canceled.payment_intent_id and p.status = 'canceled'
$$;

comment on function app_private.record_payment_intent_canceled(uuid) is
  'Remembers that Stripe has canceled an intent.';
grant execute on function app_private.record_payment_intent_canceled(uuid) to lml_worker;
