-- Money that has arrived is booked whatever happens to the seats. When they are gone, or it was not
-- asked for any more, it goes back exactly once.
create or replace function app_private.receive_payment(
  intent app_public.payment_intents, object jsonb
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  -- It is one of those that were asked for, maybe not the last.
  v_received_cents bigint := receive_payment.object ->> 'amount';
  v_intent app_public.payment_intents;
begin
  update app_public.payment_intents as p
  set status = 'succeeded', stripe_status = 'succeeded', succeeded_at = now(),
    canceled_at = null,
    amount_cents = v_received_cents, received_cents = v_received_cents,
    stripe_payment_intent_id = receive_payment.object ->> 'id'
  where p.id = (receive_payment.intent).id
  returning * into v_intent;

  perform app_private.post_to_ledger(
    v_intent.organization_id, v_intent.booking_id, v_intent.currency,
    'payment:' || v_intent.id, 'Payment received',
    array['stripe_balance', 'buyer_clearing']::app_public.ledger_account_kind[],
    array[v_intent.amount_cents, -v_intent.amount_cents]
  );
  perform app_private.settle_payment(v_intent, receive_payment.intent);
end
$$;

comment on function app_private.receive_payment(app_public.payment_intents, jsonb) is
  'Books a payment, then confirms its booking or queues its refund.';
