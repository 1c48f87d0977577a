create or replace function app_private.store_admission_pool(
  event app_public.events, performance_id uuid, name text, capacity integer, parent_pool_id uuid
)
returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_pool app_public.admission_pools;
begin
  v_pool.organization_id := (store_admission_pool.event).organization_id;
  v_pool.performance_id := store_admission_pool.performance_id;
  v_pool.parent_pool_id := store_admission_pool.parent_pool_id;
  v_pool.name := store_admission_pool.name;
  v_pool.capacity := store_admission_pool.capacity;
  v_pool.is_pass := false;
  v_pool.chain := '{}';
  if v_pool.parent_pool_id is not null then
    select p.chain into v_pool.chain
    from app_public.admission_pools as p
    where p.organization_id = v_pool.organization_id
      and p.performance_id = v_pool.performance_id
      and p.id = v_pool.parent_pool_id;
    if not found then
      raise exception 'The performance has no such pool.'
        using errcode = 'LMNFD', detail = 'parent_pool_id';
    end if;
  end if;
  return app_private.store_pool(v_pool);
end
$$;

comment on function app_private.store_admission_pool(
  app_public.events, uuid, text, integer, uuid
) is 'A pool and its slots, perhaps within another one. Raises LMNFD, LMINP.';
