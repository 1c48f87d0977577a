create or replace function app_private.check_refunded_is_sum_of_refunds()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'refunded_is_sum_of_refunds', p.organization_id, p.id,
    format('refunds sum to %s, the payment says %s', coalesce(r.total, 0), p.refunded_cents)
  from app_public.payment_intents as p
  left join lateral (
    select sum(r.amount_cents) as total
    from app_public.refunds as r
    where r.organization_id = p.organization_id
      and r.payment_intent_id = p.id
      and r.status in ('pending', 'processing', 'succeeded')
  ) as r on true
  where coalesce(r.total, 0) <> p.refunded_cents
$$;

comment on function app_private.check_refunded_is_sum_of_refunds() is
  'A payment that counts more as returned than its refunds sum to, or less.';
