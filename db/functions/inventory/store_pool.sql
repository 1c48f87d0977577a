-- About sixteen places to a slot: enough for most carts to come from one, and enough slots for a
-- crowd. A slot more would be a row more to read when the pool is nearly sold out.
create or replace function app_private.store_pool(pool app_public.admission_pools)
returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_pool app_public.admission_pools := store_pool.pool;
begin
  v_pool.id := uuidv7();
  v_pool.slot_count := greatest(1, least(128, ceil(v_pool.capacity / 16.0)));
  insert into app_public.admission_pools (
    id, organization_id, performance_id, parent_pool_id, name, capacity, slot_count, chain, is_pass
  )
  values (
    v_pool.id, v_pool.organization_id, v_pool.performance_id, v_pool.parent_pool_id, v_pool.name,
    v_pool.capacity, v_pool.slot_count, v_pool.chain || v_pool.id, v_pool.is_pass
  )
  on conflict on constraint admission_pools_name_is_unique do nothing;
  if not found then
    raise exception 'The performance has a pool of that name.'
      using errcode = 'LMINP', detail = 'name';
  end if;
  insert into app_private.admission_slots (organization_id, pool_id, slot_no, capacity)
  select
    v_pool.organization_id, v_pool.id, n,
    app_hidden.share_of(v_pool.capacity, n, v_pool.slot_count)
  from generate_series(1, v_pool.slot_count) as n;
  return v_pool.id;
end
$$;

comment on function app_private.store_pool(app_public.admission_pools) is
  'A new pool and its slots; its chain is that of the pools of which it takes. Raises LMINP.';
