-- Tidies up: the seats were free for others from the deadline on. Nothing is waited for. A booking
-- that somebody works on is left for the next sweep; a seat that somebody is taking is theirs.
create or replace function app_private.expire_bookings(batch_limit integer default 500)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_ids uuid[];
  v_lapsed record;
  v_pool_id uuid;
  v_add_on_id uuid;
  v_booking app_public.bookings;
begin
  v_ids := array(
    select b.id from app_public.bookings as b
    where b.expires_at <= now()
      and app_private.is_open(b.status)
      -- These are for expire_allocated_booking.
      and not exists (
        select from app_private.allocation_holds as h
        where h.organization_id = b.organization_id and h.booking_id = b.id
      )
    order by b.expires_at
    limit expire_bookings.batch_limit
    for no key update skip locked
  );
  for v_booking in
    update app_public.bookings as b
    set status = 'expired', expires_at = null
    where b.id = any (v_ids)
    returning b.*
  loop
    perform app_private.withdraw_payment(v_booking);
  end loop;

  -- All of their seats are told, those that were passed over, too: maps find what has run out by the
  -- deadline of its booking, which is gone now, and whoever is at a seat may leave it as it is.
  for v_lapsed in
    with seats as (
      select b.organization_id, b.performance_id, b.id as booking_id, n as seat_no
      from app_public.bookings as b
      join app_public.booking_items as i
        on i.organization_id = b.organization_id and i.booking_id = b.id
      cross join unnest(i.seat_nos) as n
      where b.id = any (v_ids)
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

  for v_pool_id in
    select distinct c.pool_id
    from app_private.admission_claims as c
    where c.booking_id = any (v_ids)
  loop
    perform app_private.free_lapsed_admissions(v_pool_id);
  end loop;
  for v_add_on_id in
    select distinct c.add_on_id
    from app_private.add_on_claims as c
    where c.booking_id = any (v_ids)
    order by c.add_on_id
  loop
    perform app_private.free_lapsed_add_ons(v_add_on_id);
  end loop;
  return cardinality(v_ids);
end
$$;

comment on function app_private.expire_bookings(integer) is
  'Ends open bookings whose deadline has passed; returns how many.';
grant execute on function app_private.expire_bookings(integer) to lml_worker;
