create or replace function app_private.check_pool_is_sum_of_its_slots()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'pool_is_sum_of_its_slots', p.organization_id, p.id,
    format('its slots take %s, the pool %s', coalesce(s.capacity, 0), p.capacity - p.allocated)
  from app_public.admission_pools as p
  left join lateral (
    select sum(s.capacity) as capacity
    from app_private.admission_slots as s
    where s.organization_id = p.organization_id and s.pool_id = p.id
  ) as s on true
  where s.capacity is distinct from p.capacity - p.allocated
$$;

comment on function app_private.check_pool_is_sum_of_its_slots() is
  'A pool whose slots take more than is on sale of it, or less.';
