-- What was agreed when the payment came is with the fact that it did.
create or replace function app_private.bears_stripe_fees(
  organization_id uuid, payment_intent_id uuid
)
returns boolean
language sql stable security definer set search_path = ''
as $$
  select t.pays_stripe_fees
  from app_public.ledger_transactions as t
  where t.organization_id = bears_stripe_fees.organization_id
    and t.source = 'payment:' || bears_stripe_fees.payment_intent_id
$$;

comment on function app_private.bears_stripe_fees(uuid, uuid) is
  'Whether the organization bears what Stripe charges for a payment and its disputes; null for a '
  'payment that did not come.';
