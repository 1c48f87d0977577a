create or replace function app_private.prepare_stripe_customer_delete(stripe_customer_id uuid)
returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object(
    'customer', c.stripe_id,
    'idempotency_key', c.idempotency_key,
    'organization_id', c.organization_id
  )
  from app_private.stripe_calls as c
  where c.purpose = 'stripe_customer.delete'
    and c.subject_id = prepare_stripe_customer_delete.stripe_customer_id
    and c.ended_at is null
$$;

comment on function app_private.prepare_stripe_customer_delete(uuid) is
  'Whom Stripe is to forget, without a customer if that has to be looked for; null when it has.';
grant execute on function app_private.prepare_stripe_customer_delete(uuid) to lml_worker;
