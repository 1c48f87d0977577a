-- Volatile, so that it sees what others have done since the caller's statement began.
create or replace function app_private.left_in_pool(pool_id uuid)
returns integer
language sql volatile security definer set search_path = ''
as $$
  select coalesce((select f.places from app_private.free_in_pool(left_in_pool.pool_id) as f), 0)
    ::integer
$$;

comment on function app_private.left_in_pool(uuid) is
  'How many places of a pool are free now, lapsed holds among them.';
