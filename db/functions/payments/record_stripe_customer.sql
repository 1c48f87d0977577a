create or replace function app_private.record_stripe_customer(
  stripe_customer_id uuid, stripe_id text
)
returns void
language sql volatile security definer set search_path = ''
as $$
  -- The first one stays: cards may hang on it already.
  update app_private.stripe_customers as c
  set stripe_id = coalesce(c.stripe_id, record_stripe_customer.stripe_id)
  where c.id = record_stripe_customer.stripe_customer_id
$$;

comment on function app_private.record_stripe_customer(uuid, text) is
  'Remembers the customer that Stripe made; recording twice is harmless.';
grant execute on function app_private.record_stripe_customer(uuid, text) to lml_worker;
