-- Without a deadline of their own: what the deadline of a booking frees is free for everybody at
-- once, but these go back to their allocation, which the sweep does.
create or replace function app_private.note_allocated_hold(
  booking app_public.bookings, seat_allocation app_public.seat_allocations, seat_ids text[],
  admission_allocation app_public.admission_allocations, places integer
)
returns void
language plpgsql volatile security definer
set search_path = '' set plan_cache_mode = force_generic_plan
set enable_bitmapscan = off set enable_seqscan = off
as $$
declare
  v_seat_nos integer[] := array(
    select l.seat_no
    from app_public.performances as p
    join app_public.layout_seats as l
      on l.organization_id = p.organization_id and l.layout_id = p.layout_id
    where p.id = (note_allocated_hold.booking).performance_id
      and l.seat_id = any (note_allocated_hold.seat_ids)
    order by l.seat_no
  );
begin
  insert into app_private.allocation_holds (
    organization_id, booking_id, seat_allocation_id, seat_ids, admission_allocation_id, places
  )
  values (
    (note_allocated_hold.booking).organization_id, (note_allocated_hold.booking).id,
    (note_allocated_hold.seat_allocation).id, coalesce(note_allocated_hold.seat_ids, '{}'),
    (note_allocated_hold.admission_allocation).id, coalesce(note_allocated_hold.places, 0)
  );
  update app_public.seat_booking_state as s
  set locked_until = 'infinity'
  where s.organization_id = (note_allocated_hold.booking).organization_id
    and s.performance_id = (note_allocated_hold.booking).performance_id
    and s.seat_no = any (v_seat_nos)
    and s.booking_id = (note_allocated_hold.booking).id;
  update app_private.admission_claims as c
  set held_until = 'infinity'
  from app_public.admission_pools as p
  where p.organization_id = (note_allocated_hold.admission_allocation).organization_id
    and p.id = (note_allocated_hold.admission_allocation).pool_id
    and c.organization_id = p.organization_id
    and c.booking_id = (note_allocated_hold.booking).id
    and c.pool_id = any (p.chain);
end
$$;

comment on function app_private.note_allocated_hold(
  app_public.bookings, app_public.seat_allocations, text[], app_public.admission_allocations,
  integer
) is 'Remembers what a booking was just given of an allocation.';
