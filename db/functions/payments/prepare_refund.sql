-- Stripe remembers an idempotency key for 24 hours. Later, asking again could mean having it twice.
create or replace function app_private.prepare_refund(refund_id uuid)
returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object(
    'payment_intent', p.stripe_payment_intent_id,
    'amount', r.amount_cents,
    'idempotency_key', 'refund:' || r.id,
    'may_be_forgotten', r.created_at < now() - interval '23 hours',
    'metadata', jsonb_build_object(
      'lml_refund_id', r.id,
      'lml_booking_id', r.booking_id,
      'lml_organization_id', r.organization_id
    )
  )
  from app_public.refunds as r
  join app_public.payment_intents as p
    on p.organization_id = r.organization_id and p.id = r.payment_intent_id
  where r.id = prepare_refund.refund_id
    and r.status = 'pending'
    and r.stripe_refund_id is null
    and p.method = 'card'
$$;

comment on function app_private.prepare_refund(uuid) is
  'What to ask Stripe to return; null when there is nothing left to ask.';
grant execute on function app_private.prepare_refund(uuid) to lml_worker;
