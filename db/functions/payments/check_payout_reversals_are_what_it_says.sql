create or replace function app_private.check_payout_reversals_are_what_it_says()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'payout_reversals_are_what_it_says', p.organization_id, p.id,
    format('it says %s, they sum to %s', p.reversed_cents, r.total)
  from app_public.payouts as p
  cross join lateral (
    select coalesce(sum(r.amount_cents), 0) as total
    from app_public.payout_reversals as r
    where r.organization_id = p.organization_id and r.payout_id = p.id and r.status <> 'failed'
  ) as r
  where r.total <> p.reversed_cents
$$;

comment on function app_private.check_payout_reversals_are_what_it_says() is
  'A payout of which more was reversed than it says, or less.';
