-- Before any slot of them: whoever locks a pool waits for all of its slots, in order. The outermost
-- first, as by whoever buys.
create or replace function app_private.lock_allocated_pools(booking app_public.bookings)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform app_private.lock_pool(c.organization_id, c.pool_id)
  from (
    select a.organization_id, c.pool_id, min(c.depth) as depth
    from app_private.allocation_holds as h
    join app_public.admission_allocations as a
      on a.organization_id = h.organization_id and a.id = h.admission_allocation_id
    join app_public.admission_pools as p
      on p.organization_id = a.organization_id and p.id = a.pool_id
    cross join unnest(p.chain) with ordinality as c (pool_id, depth)
    where h.organization_id = (lock_allocated_pools.booking).organization_id
      and h.booking_id = (lock_allocated_pools.booking).id
      and a.released_at is null
    group by a.organization_id, c.pool_id
    order by depth, c.pool_id
  ) as c;
end
$$;

comment on function app_private.lock_allocated_pools(app_public.bookings) is
  'Locks the pools to whose allocations a booking may give places back.';
