create or replace function app_private.prepare_payment_method_detach(payment_method_id uuid)
returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object(
    'payment_method', m.stripe_id,
    'idempotency_key', 'detach:' || m.id,
    'organization_id', m.organization_id
  )
  from app_private.saved_payment_methods as m
  where m.id = prepare_payment_method_detach.payment_method_id
    and m.removed_at is not null
    and m.detached_at is null
$$;

comment on function app_private.prepare_payment_method_detach(uuid) is
  'Which card Stripe is to forget; null when there is nothing left to forget.';
grant execute on function app_private.prepare_payment_method_detach(uuid) to lml_worker;
