-- About sixteen places to a slot: enough for most carts to come from one, and enough slots for a
-- crowd. A slot more would be a row more to read when the pool is nearly sold out.
create or replace function app_private.store_admission_pool(
  event app_public.events, performance_id uuid, name text, capacity integer, parent_pool_id uuid
)
returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_id uuid := uuidv7();
  v_slot_count smallint := greatest(
    1, least(128, ceil(store_admission_pool.capacity / 16.0))
  );
  v_chain uuid[] := array[v_id];
begin
  if store_admission_pool.parent_pool_id is not null then
    select p.chain || v_id into v_chain
    from app_public.admission_pools as p
    where p.organization_id = (store_admission_pool.event).organization_id
      and p.performance_id = store_admission_pool.performance_id
      and p.id = store_admission_pool.parent_pool_id;
    if not found then
      raise exception 'The performance has no such pool.'
        using errcode = 'LMNFD', detail = 'parent_pool_id';
    end if;
  end if;
  insert into app_public.admission_pools (
    id, organization_id, performance_id, parent_pool_id, name, capacity, slot_count, chain
  )
  values (
    v_id, (store_admission_pool.event).organization_id, store_admission_pool.performance_id,
    store_admission_pool.parent_pool_id, store_admission_pool.name,
    store_admission_pool.capacity, v_slot_count, v_chain
  )
  on conflict on constraint admission_pools_name_is_unique do nothing;
  if not found then
    raise exception 'The performance has a pool of that name.'
      using errcode = 'LMINP', detail = 'name';
  end if;
  insert into app_private.admission_slots (organization_id, pool_id, slot_no, capacity)
  select
    (store_admission_pool.event).organization_id, v_id, n,
    app_hidden.share_of(store_admission_pool.capacity, n, v_slot_count)
  from generate_series(1, v_slot_count) as n;
  return v_id;
end
$$;

comment on function app_private.store_admission_pool(
  app_public.events, uuid, text, integer, uuid
) is 'A pool and its slots. Raises LMNFD, LMINP.';
