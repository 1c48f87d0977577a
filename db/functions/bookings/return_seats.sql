create or replace function app_private.return_seats(
  booking app_public.bookings, seat_nos integer[]
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_found record;
begin
  for v_found in
    select h.id, a as allocation, p as performance, array(
        select l.seat_id
        from app_public.layout_seats as l
        where l.organization_id = p.organization_id
          and l.layout_id = p.layout_id
          and l.seat_id = any (h.seat_ids)
          and l.seat_no = any (return_seats.seat_nos)
      ) as seat_ids
    from app_private.allocation_holds as h
    join app_public.seat_allocations as a
      on a.organization_id = h.organization_id and a.id = h.seat_allocation_id
    join app_public.performances as p
      on p.organization_id = a.organization_id and p.id = a.performance_id
    where h.organization_id = (return_seats.booking).organization_id
      and h.booking_id = (return_seats.booking).id
      and a.released_at is null
    order by a.id, h.id
  loop
    continue when v_found.seat_ids = '{}';
    perform app_private.keep_back(v_found.allocation, v_found.performance, v_found.seat_ids);
    update app_private.allocation_holds as h
    set seat_ids = array(select unnest(h.seat_ids) except select unnest(v_found.seat_ids))
    where h.id = v_found.id;
  end loop;
end
$$;

comment on function app_private.return_seats(app_public.bookings, integer[]) is
  'Gives seats back to their allocations that a booking has just let go, unless these were '
  'released. The caller has locked both.';
