-- Before seats and pools, as everywhere. Of what is canceled nothing goes back.
create or replace function app_private.lock_allocations_of(booking app_public.bookings)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_seat_allocation_ids uuid[];
  v_admission_allocation_ids uuid[];
begin
  if not app_private.is_open((lock_allocations_of.booking).status) then
    return false;
  end if;
  select array_agg(h.seat_allocation_id), array_agg(h.admission_allocation_id)
  into v_seat_allocation_ids, v_admission_allocation_ids
  from app_private.allocation_holds as h
  join app_public.performances as p
    on p.organization_id = h.organization_id
    and p.id = (lock_allocations_of.booking).performance_id
    and p.status in ('scheduled', 'postponed')
  where h.organization_id = (lock_allocations_of.booking).organization_id
    and h.booking_id = (lock_allocations_of.booking).id;
  if v_seat_allocation_ids is null then
    return false;
  end if;
  perform from app_public.seat_allocations as a
  where a.id = any (v_seat_allocation_ids)
  order by a.id
  for no key update;
  perform from app_public.admission_allocations as a
  where a.id = any (v_admission_allocation_ids)
  order by a.id
  for no key update;
  return true;
end
$$;

comment on function app_private.lock_allocations_of(app_public.bookings) is
  'Locks the allocations of which a locked booking holds something that it has not bought; false '
  'when there are none.';
