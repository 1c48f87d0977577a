create or replace function app_private.prepare_stripe_customer(stripe_customer_id uuid)
returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_strip_nulls(jsonb_build_object(
    'email', u.email,
    'name', nullif(concat_ws(' ', u.first_name, u.last_name), ''),
    'idempotency_key', 'customer:' || c.id,
    'metadata', jsonb_build_object(
      'lml_stripe_customer_id', c.id, 'lml_organization_id', c.organization_id
    )
  ))
  from app_private.stripe_customers as c
  join app_public.users as u on u.id = c.user_id
  where c.id = prepare_stripe_customer.stripe_customer_id
    and c.stripe_id is null
$$;

comment on function app_private.prepare_stripe_customer(uuid) is
  'Whom to make known to Stripe; null when it knows them.';
grant execute on function app_private.prepare_stripe_customer(uuid) to lml_worker;
