create or replace function app_private.left_in_pool(pool_id uuid)
returns integer
language sql volatile security definer set search_path = ''
as $$
  select coalesce(
    (
      select sum(s.capacity - s.held - s.sold) from app_private.admission_slots as s
      where s.pool_id = left_in_pool.pool_id
    ) + (
      select coalesce(sum(c.quantity), 0) from app_private.admission_claims as c
      where c.pool_id = left_in_pool.pool_id and c.held_until <= now()
    ),
    0
  )::integer
$$;

comment on function app_private.left_in_pool(uuid) is
  'How many places of a pool are free now, lapsed holds among them.';
