create or replace function app_private.record_payment_method_detached(payment_method_id uuid)
returns void
language sql volatile security definer set search_path = ''
as $$
  update app_private.saved_payment_methods as m
  set detached_at = coalesce(m.detached_at, now())
  where m.id = record_payment_method_detached.payment_method_id and m.removed_at is not null
$$;

comment on function app_private.record_payment_method_detached(uuid) is
  'Remembers that Stripe has forgotten a card.';
grant execute on function app_private.record_payment_method_detached(uuid) to lml_worker;
