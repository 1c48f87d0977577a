-- Without settings, so that a plan takes it in. Nobody may decide by it whether places are taken:
-- that is for left_in_pool, which sees what others have done since the statement began.
create or replace function app_private.free_in_pool(pool_id uuid)
returns table (places bigint)
language sql stable
as $$
  select (
    select sum(s.capacity - s.held - s.sold) from app_private.admission_slots as s
    where s.pool_id = free_in_pool.pool_id
  ) + (
    select coalesce(sum(c.quantity), 0) from app_private.admission_claims as c
    where c.pool_id = free_in_pool.pool_id and c.held_until <= now()
  )
$$;

comment on function app_private.free_in_pool(uuid) is
  'How many places of a pool alone are free, lapsed holds among them, to be shown.';
