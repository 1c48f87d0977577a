-- A slot keeps what is held and sold of it, and gets its share of the rest: so none ends up with
-- less than is taken.
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
  -- Computed from what was counted, and not from what a slot has when it is written:
  -- if anybody took a place in between, the constraint refuses it, and the slots never
  -- sum to more than the pool.
  with divided as materialized (
    select s.slot_no,
      s.held + s.sold + app_hidden.share_of(v_room, s.slot_no, v_count) as capacity
    from app_private.admission_slots as s
    where s.organization_id = (divide_pool.pool).organization_id
      and s.pool_id = (divide_pool.pool).id
  )
  update app_private.admission_slots as s
  set capacity = d.capacity
  from divided as d
  where s.organization_id = (divide_pool.pool).organization_id
    and s.pool_id = (divide_pool.pool).id
    and s.slot_no = d.slot_no;
end
$$;

comment on function app_private.divide_pool(app_public.admission_pools) is
  'Shares out what is free of a pool, whose slots the caller has locked, among them.';
