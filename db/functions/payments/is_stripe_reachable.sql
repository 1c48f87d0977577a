create or replace function app_private.is_stripe_reachable()
returns boolean
language sql stable security definer set search_path = ''
as $$
  select not exists (select from app_private.stripe_reachability as r where r.failures >= 3)
$$;

comment on function app_private.is_stripe_reachable() is
  'Whether Stripe has answered our latest calls.';
