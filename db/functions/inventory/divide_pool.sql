-- A slot keeps what is held and sold of it, and gets its share of the rest: no slot can end up with
-- less than is taken, and if one could, its constraint would refuse it.
create or replace function app_private.divide_pool(pool app_public.admission_pools)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_count smallint := greatest(
    (divide_pool.pool).slot_count, least(128, ceil((divide_pool.pool).capacity / 16.0))
  );
  v_room integer;
begin
  if v_count > (divide_pool.pool).slot_count then
    insert into app_private.admission_slots (organization_id, pool_id, slot_no, capacity)
    select (divide_pool.pool).organization_id, (divide_pool.pool).id, n, 0
    from generate_series((divide_pool.pool).slot_count + 1, v_count) as n;
    update app_public.admission_pools as p set slot_count = v_count
    where p.id = (divide_pool.pool).id;
  end if;
  select (divide_pool.pool).capacity - (divide_pool.pool).allocated - sum(s.held + s.sold)
  into v_room
  from app_private.admission_slots as s
  where s.organization_id = (divide_pool.pool).organization_id
    and s.pool_id = (divide_pool.pool).id;
  update app_private.admission_slots as s
  set capacity = s.held + s.sold + app_hidden.share_of(v_room, s.slot_no, v_count)
  where s.organization_id = (divide_pool.pool).organization_id
    and s.pool_id = (divide_pool.pool).id;
end
$$;

comment on function app_private.divide_pool(app_public.admission_pools) is
  'Shares out what is free of a pool, whose slots the caller has locked, among them.';
