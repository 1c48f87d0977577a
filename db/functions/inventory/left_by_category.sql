-- Without settings, so that a plan takes it in: many performances are asked for at once. A pool is
-- counted once, however many categories share it.
create or replace function app_private.left_by_category(performance_id uuid)
returns table (ticket_category_id uuid, places integer)
language sql stable
as $$
  with pools as materialized (
    select pool.id, min(f.places)::integer as places
    from app_public.admission_pools as pool
    cross join unnest(pool.chain) as c (pool_id)
    cross join lateral app_private.free_in_pool(c.pool_id) as f
    where pool.performance_id = left_by_category.performance_id
    group by pool.id
  )
  select pc.ticket_category_id, p.places
  from pools as p
  join app_public.admission_pool_categories as pc on pc.pool_id = p.id
$$;

comment on function app_private.left_by_category(uuid) is
  'What admissions_left says of each category that has places at a performance, whoever asks.';
