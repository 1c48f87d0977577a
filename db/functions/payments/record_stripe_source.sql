create or replace function app_private.record_stripe_source(
  stripe_balance_transaction_id text, stripe_payment_intent_id text
)
returns void
language sql volatile security definer set search_path = ''
as $$
  update app_private.stripe_balance_transactions as k
  set looked_up_at = now(),
    stripe_payment_intent_id = record_stripe_source.stripe_payment_intent_id
  where k.id = record_stripe_source.stripe_balance_transaction_id
$$;

comment on function app_private.record_stripe_source(text, text) is
  'Remembers to which payment intent a charge or a refund belongs, as Stripe said.';
grant execute on function app_private.record_stripe_source(text, text) to lml_worker;
