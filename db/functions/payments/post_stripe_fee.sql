-- From a balance transaction of Stripe, which says what was charged for a payment and what is left.
create or replace function app_private.post_stripe_fee(
  payment_intent_id uuid, fee_cents bigint, net_cents bigint, stripe_balance_transaction_id text,
  occurred_at timestamptz default null
)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_intent app_public.payment_intents;
begin
  select * into v_intent
  from app_public.payment_intents as p
  where p.id = post_stripe_fee.payment_intent_id and p.status = 'succeeded'
  for no key update;
  if not found then
    raise exception 'No such payment was received.'
      using errcode = 'LMNFD', detail = 'payment_intent_id';
  end if;
  if post_stripe_fee.fee_cents < 0
    or post_stripe_fee.net_cents + post_stripe_fee.fee_cents <> v_intent.received_cents
    or post_stripe_fee.stripe_balance_transaction_id !~ '^[A-Za-z0-9_]{1,250}$'
  then
    raise exception 'The fee and what it leaves are not what was received.'
      using errcode = 'LMINP', detail = 'fee_cents';
  end if;
  update app_public.payment_transactions as t
  set stripe_balance_transaction_id = post_stripe_fee.stripe_balance_transaction_id
  where t.organization_id = v_intent.organization_id
    and t.payment_intent_id = v_intent.id
    and t.transaction_type = 'payment'
    and t.stripe_balance_transaction_id is null;
  return app_private.post_to_ledger(
    v_intent.organization_id, v_intent.booking_id, v_intent.currency,
    'stripe_fee:' || v_intent.id || ':' || post_stripe_fee.stripe_balance_transaction_id,
    'Stripe fee', array['stripe_fees', 'stripe_balance']::app_public.ledger_account_kind[],
    array[post_stripe_fee.fee_cents, -post_stripe_fee.fee_cents], post_stripe_fee.occurred_at
  );
end
$$;

comment on function app_private.post_stripe_fee(uuid, bigint, bigint, text, timestamptz) is
  'Posts what Stripe has charged for a payment, once for each of its balance transactions; false '
  'when it was posted before, or is nothing. Raises LMNFD, LMINP.';
grant execute on function app_private.post_stripe_fee(uuid, bigint, bigint, text, timestamptz)
  to lml_worker;
