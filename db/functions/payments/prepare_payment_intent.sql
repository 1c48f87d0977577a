-- The key stands for the amount that was asked for first; changes of it are calls of their own.
-- Stripe remembers an idempotency key for 24 hours. Later, asking again could mean having it twice.
create or replace function app_private.prepare_payment_intent(payment_intent_id uuid)
returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object(
    'amount', coalesce(a.amount_before_cents, p.amount_cents),
    'currency', lower(p.currency),
    'idempotency_key', 'create:' || p.id,
    'may_be_forgotten', p.created_at < now() - interval '23 hours',
    'description', b.booking_reference,
    'metadata', jsonb_build_object(
      'lml_payment_intent_id', p.id,
      'lml_booking_id', p.booking_id,
      'lml_organization_id', p.organization_id
    )
  ) || jsonb_strip_nulls(jsonb_build_object(
    'customer', c.stripe_id,
    'payment_method', m.stripe_id,
    'capture_method', nullif(p.capture_method, 'automatic'),
    'setup_future_usage', case when h.saves_card then 'on_session' end
  ))
  from app_public.payment_intents as p
  join app_public.bookings as b
    on b.organization_id = p.organization_id and b.id = p.booking_id
  left join app_private.payment_choices as h
    on h.organization_id = p.organization_id and h.booking_id = p.booking_id
  left join app_private.stripe_customers as c
    on c.organization_id = h.organization_id and c.id = h.stripe_customer_id
  left join app_private.saved_payment_methods as m
    on m.organization_id = h.organization_id and m.id = h.saved_payment_method_id
  left join app_private.payment_intent_changes as a
    on a.organization_id = p.organization_id and a.payment_intent_id = p.id and a.change_no = 1
  where p.id = prepare_payment_intent.payment_intent_id
    and p.status = 'pending'
    -- Whose card is to be kept has to be known at Stripe first: stripe_customer__create goes on.
    and (h.booking_id is null or c.stripe_id is not null)
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
