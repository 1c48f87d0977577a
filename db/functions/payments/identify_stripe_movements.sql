-- By what Stripe calls the charge or the refund; by what it said when it was asked about one that
-- nothing here knew; for all else by the movement that was posted with its id.
create or replace function app_private.identify_stripe_movements()
returns void
language sql volatile security definer set search_path = ''
as $$
  update app_private.stripe_balance_transactions as k
  set organization_id = p.organization_id, payment_intent_id = p.id,
    stripe_payment_intent_id = p.stripe_payment_intent_id
  from app_public.payment_intents as p
  where k.payment_intent_id is null
    and k.type in ('charge', 'payment')
    and (p.stripe_charge_id = k.source or p.stripe_payment_intent_id = k.stripe_payment_intent_id);

  update app_private.stripe_balance_transactions as k
  set organization_id = r.organization_id, payment_intent_id = r.payment_intent_id,
    refund_id = r.id
  from app_public.refunds as r
  where k.refund_id is null
    and k.type in ('refund', 'payment_refund', 'refund_failure', 'payment_failure_refund')
    and r.stripe_refund_id = k.source;

  -- A refund that was not asked for here, of a payment that was.
  update app_private.stripe_balance_transactions as k
  set organization_id = p.organization_id, payment_intent_id = p.id
  from app_public.payment_intents as p
  where k.payment_intent_id is null
    and k.stripe_payment_intent_id = p.stripe_payment_intent_id;

  update app_private.stripe_balance_transactions as k
  set organization_id = m.organization_id
  from app_public.payment_transactions as m
  where k.organization_id is null and m.stripe_balance_transaction_id = k.id;
$$;

comment on function app_private.identify_stripe_movements() is
  'Finds out whose each movement at Stripe is, as far as it is known here.';
