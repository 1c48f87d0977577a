-- Of what a refund has failed to return, a lost dispute may have given the buyer a part.
create or replace function app_private.rest_of_refund(
  refund app_public.refunds, intent app_public.payment_intents
)
returns bigint
language sql immutable
return (rest_of_refund.refund).amount_cents - greatest(
  0,
  (rest_of_refund.refund).amount_cents + (rest_of_refund.intent).refunded_cents
    + (rest_of_refund.intent).disputed_cents - (rest_of_refund.intent).received_cents
);

comment on function app_private.rest_of_refund(
  app_public.refunds, app_public.payment_intents
) is
  'How much of a refund that failed there still is to be sent; nothing, or less, when a bank was '
  'faster.';
