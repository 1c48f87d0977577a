-- What is kept back of a pool is kept back of those around it, too. The outermost first, as by
-- whoever buys.
create or replace function app_private.keep_places_back(pool_id uuid, quantity integer)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_pool app_public.admission_pools;
  v_left integer;
begin
  for v_pool in
    select around.*
    from app_public.admission_pools as p
    cross join unnest(p.chain) with ordinality as c (pool_id, depth)
    join app_public.admission_pools as around
      on around.organization_id = p.organization_id and around.id = c.pool_id
    where p.id = keep_places_back.pool_id
    order by c.depth
  loop
    perform app_private.lock_pool(v_pool.organization_id, v_pool.id);
    perform app_private.free_lapsed_admissions(v_pool.id);
    v_left := app_private.left_in_pool(v_pool.id);
    if v_left < keep_places_back.quantity then
      perform app_private.raise_few_left(v_left);
    end if;
    update app_public.admission_pools as p
    set allocated = p.allocated + keep_places_back.quantity
    where p.id = v_pool.id
    returning * into v_pool;
    perform app_private.divide_pool(v_pool);
  end loop;
end
$$;

comment on function app_private.keep_places_back(uuid, integer) is
  'Takes free places of a pool off sale, or, for fewer than none, puts them on sale again. '
  'Raises LMFEW.';
