-- Stripe has understood the request and refused it, so that asking again cannot help. The buyer
-- sees why, and the seats are free again at their deadline.
create or replace function app_private.record_payment_intent_failure(
  payment_intent_id uuid, failure_code text, failure_message text
)
returns void
language sql volatile security definer set search_path = ''
as $$
  update app_public.payment_intents as p
  set status = 'failed',
    failure_code = record_payment_intent_failure.failure_code,
    failure_message = record_payment_intent_failure.failure_message
  where p.id = record_payment_intent_failure.payment_intent_id
    and p.status = 'pending'
    and p.stripe_payment_intent_id is null
$$;

comment on function app_private.record_payment_intent_failure(uuid, text, text) is
  'Remembers that Stripe refused to open a payment; repeating it is harmless.';
grant execute on function app_private.record_payment_intent_failure(uuid, text, text)
  to lml_worker;
