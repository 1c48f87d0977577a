create or replace function app_private.prepare_payment_choice(payment_intent_id uuid)
returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object(
    'stripe_customer_id', c.id,
    'customer', c.stripe_id,
    'email', u.email,
    'name', nullif(concat_ws(' ', u.first_name, u.last_name), ''),
    'idempotency_key', 'customer:' || c.id,
    'metadata', jsonb_build_object(
      'lml_stripe_customer_id', c.id, 'lml_organization_id', c.organization_id
    ),
    'payment_method', m.stripe_id,
    'saves_card', h.saves_card
  )
  from app_public.payment_intents as p
  join app_private.payment_choices as h
    on h.organization_id = p.organization_id and h.booking_id = p.booking_id
  join app_private.stripe_customers as c
    on c.organization_id = h.organization_id and c.id = h.stripe_customer_id
  join app_public.users as u on u.id = c.user_id
  left join app_private.saved_payment_methods as m
    on m.organization_id = h.organization_id and m.id = h.saved_payment_method_id
  where p.id = prepare_payment_choice.payment_intent_id
$$;

comment on function app_private.prepare_payment_choice(uuid) is
  'Whose card pays or is kept, for the worker to ask Stripe so; null when nobody chose.';
grant execute on function app_private.prepare_payment_choice(uuid) to lml_worker;
