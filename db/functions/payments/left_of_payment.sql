-- What a failed refund is to return again is not there for others, or nobody could send it again.
create or replace function app_private.left_of_payment(intent app_public.payment_intents)
returns bigint
language sql stable security definer set search_path = ''
as $$
  select greatest(
    0,
    (left_of_payment.intent).received_cents - (left_of_payment.intent).refunded_cents
      - (left_of_payment.intent).disputed_cents - coalesce(sum(r.amount_cents), 0)
  )::bigint
  from app_public.refunds as r
  where r.organization_id = (left_of_payment.intent).organization_id
    and r.payment_intent_id = (left_of_payment.intent).id
    and r.status in ('failed', 'canceled')
    and app_private.is_refund_open(r)
$$;

comment on function app_private.left_of_payment(app_public.payment_intents) is
  'What of a payment was neither returned, nor is to be, nor is with a bank that disputes it.';
