create or replace function app_private.raise_event_finding(
  event app_private.stripe_events, kind text
)
returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_object jsonb := (raise_event_finding.event).payload #> '{data,object}';
  v_intent app_public.payment_intents := app_private.payment_of_stripe_object(v_object);
begin
  return app_private.raise_payment_finding(
    raise_event_finding.kind,
    coalesce(v_object ->> 'id', (raise_event_finding.event).id),
    v_intent.organization_id,
    v_intent.booking_id,
    -- Never the object itself, which may say who paid.
    jsonb_strip_nulls(jsonb_build_object(
      'type', (raise_event_finding.event).type,
      'account', (raise_event_finding.event).payload -> 'account',
      'waits_for', case when (raise_event_finding.event).outcome = 'parked'
        then (raise_event_finding.event).reason end,
      'told', jsonb_build_object(
        'amount', v_object -> 'amount', 'amount_received', v_object -> 'amount_received',
        'amount_refunded', v_object -> 'amount_refunded',
        'currency', v_object -> 'currency', 'status', v_object -> 'status',
        'livemode', v_object -> 'livemode', 'payment_intent', v_object -> 'payment_intent'
      ),
      'expected', jsonb_build_object(
        'payment_intent_id', v_intent.id, 'amount', v_intent.amount_cents,
        'currency', lower(v_intent.currency), 'refunded', v_intent.refunded_cents,
        'stripe_payment_intent_id', v_intent.stripe_payment_intent_id
      )
    )),
    (raise_event_finding.event).id
  );
end
$$;

comment on function app_private.raise_event_finding(app_private.stripe_events, text) is
  'Makes a finding of an event: what it told, and what was expected.';
