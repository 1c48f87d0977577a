create or replace function app_private.slot_count_of(pool_id uuid)
returns smallint
language sql stable security definer set search_path = ''
as $$
  select p.slot_count from app_public.admission_pools as p where p.id = slot_count_of.pool_id
$$;

comment on function app_private.slot_count_of(uuid) is 'Into how many slots a pool is split.';
