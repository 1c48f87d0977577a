create or replace function app_private.change_payment(
  payment_intent_id uuid, amount_before_cents bigint
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  insert into app_private.payment_intent_changes (
    organization_id, payment_intent_id, change_no, amount_before_cents, amount_cents
  )
  select
    p.organization_id, p.id, coalesce(max(c.change_no), 0) + 1,
    change_payment.amount_before_cents, p.amount_cents
  from app_public.payment_intents as p
  left join app_private.payment_intent_changes as c
    on c.organization_id = p.organization_id and c.payment_intent_id = p.id
  where p.id = change_payment.payment_intent_id
  group by p.id;
  perform app_private.add_stripe_job(
    'payment_intent.update', change_payment.payment_intent_id, '0'
  );
end
$$;

comment on function app_private.change_payment(uuid, bigint) is
  'Has the worker tell Stripe the new amount of an intent, which the caller has changed.';
