create or replace function app_private.check_disputed_is_sum_of_disputes()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'disputed_is_sum_of_disputes', p.organization_id, p.id,
    format('disputes sum to %s, the payment says %s', coalesce(d.total, 0), p.disputed_cents)
  from app_public.payment_intents as p
  left join lateral (
    select sum(d.counted_cents) as total
    from app_public.disputes as d
    where d.organization_id = p.organization_id
      and d.payment_intent_id = p.id
      and d.status in ('needs_response', 'under_review', 'lost')
  ) as d on true
  where coalesce(d.total, 0) <> p.disputed_cents
$$;

comment on function app_private.check_disputed_is_sum_of_disputes() is
  'A payment that counts more as disputed than its disputes sum to, or less.';
