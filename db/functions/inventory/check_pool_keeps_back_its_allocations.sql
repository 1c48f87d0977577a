create or replace function app_private.check_pool_keeps_back_its_allocations()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'pool_keeps_back_its_allocations', p.organization_id, p.id,
    format('%s kept back, allocations have %s', p.allocated, coalesce(a.places, 0))
  from app_public.admission_pools as p
  left join lateral (
    select sum(a.places_left) as places
    from app_public.admission_allocations as a
    join app_public.admission_pools as inside
      on inside.organization_id = a.organization_id and inside.id = a.pool_id
    where a.organization_id = p.organization_id and p.id = any (inside.chain)
  ) as a on true
  where p.allocated <> coalesce(a.places, 0)
$$;

comment on function app_private.check_pool_keeps_back_its_allocations() is
  'A pool that keeps back more than its allocations have left, or less.';
