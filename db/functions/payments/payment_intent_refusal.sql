create or replace function app_private.payment_intent_refusal(
  object jsonb, intent app_public.payment_intents
)
returns text
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_object jsonb := payment_intent_refusal.object;
  v_intent app_public.payment_intents := payment_intent_refusal.intent;
begin
  return 'refused: ' || case
    when v_object #>> '{metadata,lml_payment_intent_id}' is distinct from v_intent.id::text
      or not app_private.belongs_as_it_says(
        v_object, v_intent.organization_id, v_intent.booking_id
      )
      then 'event_metadata_differs'
    when coalesce(v_object ->> 'id', '') = ''
      or v_object ->> 'id' <> v_intent.stripe_payment_intent_id
      then 'event_identity_differs'
    when not app_private.was_asked_for(v_intent, v_object ->> 'amount')
      then 'event_amount_differs'
    when v_object ->> 'status' = 'succeeded' and v_object ? 'amount_received'
      and v_object ->> 'amount_received' is distinct from v_object ->> 'amount'
      -- A part that was charged by hand, and has been booked.
      and v_object ->> 'amount_received'
        is distinct from nullif(v_intent.received_cents, 0)::text
      then 'event_amount_differs'
    when upper(v_object ->> 'currency') is distinct from v_intent.currency
      then 'event_currency_differs'
    when coalesce(v_object ->> 'status', '') not in (
      'requires_payment_method', 'requires_confirmation', 'requires_action', 'processing',
      'requires_capture', 'canceled', 'succeeded'
    )
      then 'event_status_unknown'
  end;
end
$$;

comment on function app_private.payment_intent_refusal(jsonb, app_public.payment_intents) is
  'Why what Stripe says of a payment is not believed; null: it is what was asked for.';
