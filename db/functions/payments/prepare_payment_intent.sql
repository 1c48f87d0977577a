-- Stripe remembers an idempotency key for 24 hours. Later, asking again could mean having it twice.
create or replace function app_private.prepare_payment_intent(payment_intent_id uuid)
returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object(
    'amount', p.amount_cents,
    'currency', lower(p.currency),
    'idempotency_key', 'create:' || p.id,
    'may_be_forgotten', p.created_at < now() - interval '23 hours',
    'description', b.booking_reference,
    'metadata', jsonb_build_object(
      'lml_payment_intent_id', p.id,
      'lml_booking_id', p.booking_id,
      'lml_organization_id', p.organization_id
    )
  )
  from app_public.payment_intents as p
  join app_public.bookings as b
    on b.organization_id = p.organization_id and b.id = p.booking_id
  where p.id = prepare_payment_intent.payment_intent_id
    and p.status = 'pending'
    and p.method = 'card'
    -- Not whether its id is known: Stripe's event tells that too, but never the client secret.
    and not exists (
      select from app_private.payment_intent_secrets as s
      where s.organization_id = p.organization_id and s.payment_intent_id = p.id
    )
$$;

comment on function app_private.prepare_payment_intent(uuid) is
  'What to ask Stripe for; null when there is nothing left to ask.';
grant execute on function app_private.prepare_payment_intent(uuid) to lml_worker;
