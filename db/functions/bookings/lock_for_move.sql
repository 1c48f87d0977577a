-- Bookings, then allocations, then seats, as everywhere. Holds that were made while the seats were
-- waited for have bookings that are not locked yet; who has those may be waiting for the seats, so
-- they are not waited for.
create or replace function app_private.lock_for_move(performance app_public.performances)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_known uuid[];
begin
  v_known := array(
    select b.id from app_public.bookings as b
    where b.organization_id = (lock_for_move.performance).organization_id
      and b.performance_id = (lock_for_move.performance).id
    order by b.id
    for no key update
  );
  perform from app_public.seat_allocations as a
  where a.organization_id = (lock_for_move.performance).organization_id
    and a.performance_id = (lock_for_move.performance).id
  order by a.id
  for no key update;
  perform from app_public.seat_booking_state as s
  where s.organization_id = (lock_for_move.performance).organization_id
    and s.performance_id = (lock_for_move.performance).id
  order by s.seat_no
  for update;
  perform from app_public.bookings as b
  where b.organization_id = (lock_for_move.performance).organization_id
    and b.performance_id = (lock_for_move.performance).id
    and b.id <> all (v_known)
  for no key update nowait;
exception
  when lock_not_available then
    raise exception 'Somebody is buying at this very moment.'
      using errcode = 'LMBSY', hint = 'Try again.';
end
$$;

comment on function app_private.lock_for_move(app_public.performances) is
  'Locks every booking, allocation and seat of a performance. Raises LMBSY.';
