create or replace function app_private.book_seats(
  booking app_public.bookings, seat_nos integer[]
)
returns boolean
language plpgsql volatile security definer
set search_path = '' set plan_cache_mode = force_generic_plan
set enable_bitmapscan = off set enable_seqscan = off
as $$
declare
  v_free integer;
begin
  -- Locked first, judged afterwards: what is read here cannot change before it is written.
  select count(*) into v_free
  from (
    select s.status, s.booking_id, s.locked_until
    from app_public.seat_booking_state as s
    where s.organization_id = (book_seats.booking).organization_id
      and s.performance_id = (book_seats.booking).performance_id
      and s.seat_no = any (book_seats.seat_nos)
    order by s.organization_id, s.performance_id, s.seat_no
    for no key update
  ) as s
  where s.status = 'available'
    or (
      s.status = 'locked'
      and (s.booking_id = (book_seats.booking).id or s.locked_until <= now())
    );
  if v_free <> cardinality(book_seats.seat_nos) then
    return false;
  end if;

  update app_public.seat_booking_state as s
  set status = 'booked', booking_id = (book_seats.booking).id, locked_until = null
  where s.organization_id = (book_seats.booking).organization_id
    and s.performance_id = (book_seats.booking).performance_id
    and s.seat_no = any (book_seats.seat_nos);
  perform app_private.note_seats_changed(
    (book_seats.booking).performance_id, book_seats.seat_nos
  );
  return true;
end
$$;

comment on function app_private.book_seats(app_public.bookings, integer[]) is
  'Books seats that the booking owns or that are free; false, and no change, if one is neither.';
