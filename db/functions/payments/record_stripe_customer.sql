create or replace function app_private.record_stripe_customer(
  stripe_customer_id uuid, stripe_id text
)
returns void
language sql volatile security definer set search_path = ''
as $$
  with known as (
    -- The first one stays: cards may hang on it already.
    update app_private.stripe_customers as c
    set stripe_id = coalesce(c.stripe_id, record_stripe_customer.stripe_id)
    where c.id = record_stripe_customer.stripe_customer_id
    returning c.id
  )
  -- Who was erased while Stripe was asked is not to stay there.
  select app_private.forget_stripe_customer(
    k.organization_id, k.subject_id, record_stripe_customer.stripe_id
  )
  from app_private.stripe_calls as k
  where k.purpose = 'stripe_customer.create'
    and k.subject_id = record_stripe_customer.stripe_customer_id
    and not exists (select from known)
$$;

comment on function app_private.record_stripe_customer(uuid, text) is
  'Remembers the customer that Stripe made, or has Stripe forget them if they were erased here in '
  'the meantime; recording twice is harmless.';
grant execute on function app_private.record_stripe_customer(uuid, text) to lml_worker;
