-- A seat that somebody is taking is theirs. It is told all the same: maps find what has run out by
-- the deadline of its booking, which is gone now, and who is at the seat may leave it as it is.
create or replace function app_private.free_lapsed_seats(booking_ids uuid[])
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_lapsed record;
begin
  for v_lapsed in
    with seats as (
      select b.organization_id, b.performance_id, b.id as booking_id, n as seat_no
      from app_public.bookings as b
      join app_public.booking_items as i
        on i.organization_id = b.organization_id and i.booking_id = b.id
      cross join unnest(i.seat_nos) as n
      where b.id = any (free_lapsed_seats.booking_ids)
    ),
    lapsed as (
      select s.organization_id, s.performance_id, s.seat_no
      from seats as l
      join app_public.seat_booking_state as s
        on s.organization_id = l.organization_id
        and s.performance_id = l.performance_id
        and s.seat_no = l.seat_no
        and s.booking_id = l.booking_id
      for no key update of s skip locked
    ),
    freed as (
      update app_public.seat_booking_state as s
      set status = 'available', booking_id = null, locked_until = null
      from lapsed as l
      where s.organization_id = l.organization_id
        and s.performance_id = l.performance_id
        and s.seat_no = l.seat_no
    )
    select l.organization_id, l.performance_id, array_agg(l.seat_no order by l.seat_no) as seat_nos
    from seats as l
    group by l.organization_id, l.performance_id
  loop
    perform app_private.reopen_runs(
      v_lapsed.organization_id, v_lapsed.performance_id, v_lapsed.seat_nos
    );
    perform app_private.note_seats_changed(v_lapsed.performance_id, v_lapsed.seat_nos);
  end loop;
end
$$;

comment on function app_private.free_lapsed_seats(uuid[]) is
  'Makes seats available that bookings, whose deadline has passed, still have.';
