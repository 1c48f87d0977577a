create or replace function app_private.release_due_allocations(batch_limit integer default 100)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_allocation app_public.seat_allocations;
  v_places app_public.admission_allocations;
  v_count integer := 0;
begin
  for v_allocation in
    select * from app_public.seat_allocations as a
    where a.released_at is null and a.release_at <= now()
    order by a.release_at
    limit release_due_allocations.batch_limit
    for no key update skip locked
  loop
    perform app_private.put_on_sale(v_allocation);
    v_count := v_count + 1;
  end loop;
  for v_places in
    select a.*
    from app_public.admission_allocations as a
    join app_public.admission_pools as p
      on p.organization_id = a.organization_id and p.id = a.pool_id
    where a.released_at is null and a.release_at <= now()
    -- Pools in order, each after those around it.
    order by p.chain, a.id
    limit release_due_allocations.batch_limit - v_count
    for no key update of a skip locked
  loop
    perform app_private.put_places_on_sale(v_places);
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;

comment on function app_private.release_due_allocations(integer) is
  'Releases the allocations, of seats and of places, whose day has come; returns how many.';
grant execute on function app_private.release_due_allocations(integer) to lml_worker;
