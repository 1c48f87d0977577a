create or replace function app_private.prepare_payment_intent_capture(payment_intent_id uuid)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
  return (
    select jsonb_build_object(
      'organization_id', p.organization_id,
      'stripe_payment_intent_id', p.stripe_payment_intent_id,
      'idempotency_key', 'capture:' || p.id
    )
    from app_public.payment_intents as p
    where p.id = prepare_payment_intent_capture.payment_intent_id
      and p.status = 'authorized'
      and p.capture_requested_at is not null
  );
end
$$;

comment on function app_private.prepare_payment_intent_capture(uuid) is
  'What to capture at Stripe; null when there is nothing left to capture.';
grant execute on function app_private.prepare_payment_intent_capture(uuid) to lml_worker;
