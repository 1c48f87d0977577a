create or replace function app_private.check_allocated_seat_is_kept_back()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'allocated_seat_is_kept_back', a.organization_id, a.allocation_id,
    format('seat %s of the allocation is %s', a.seat_no, s.status)
  from app_public.seat_allocation_seats as a
  join app_public.seat_booking_state as s
    on s.organization_id = a.organization_id
    and s.performance_id = a.performance_id
    and s.seat_no = a.seat_no
  where s.status not in ('reserved', 'blocked')
$$;

comment on function app_private.check_allocated_seat_is_kept_back() is
  'A seat of an allocation that is on sale, or sold.';
