create or replace function app_private.prepare_payment_intent_cancel(payment_intent_id uuid)
returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object(
    'organization_id', p.organization_id,
    'stripe_payment_intent_id', p.stripe_payment_intent_id,
    'idempotency_key', 'cancel:' || p.id
  )
  from app_public.payment_intents as p
  where p.id = prepare_payment_intent_cancel.payment_intent_id
    and p.status = 'canceled'
    and p.stripe_payment_intent_id is not null
    and p.stripe_status is distinct from 'canceled'
$$;

comment on function app_private.prepare_payment_intent_cancel(uuid) is
  'What to cancel at Stripe; null when there is nothing left to cancel.';
grant execute on function app_private.prepare_payment_intent_cancel(uuid) to lml_worker;
