-- Lines of bookings that are over may name seats that the new layout does not have. Their numbers
-- become negative: a payment that comes too late finds no such seat, and is returned.
create or replace function app_private.renumber_lines(
  performance app_public.performances, layout_id uuid
)
returns void
language sql volatile security definer set search_path = ''
as $$
  update app_public.booking_items as i
  set seat_nos = array(
    select coalesce(s.new_seat_no, -abs(n.seat_no))
    from unnest(i.seat_nos) as n (seat_no)
    left join app_private.seats_of_both(
      renumber_lines.performance, renumber_lines.layout_id
    ) as s on s.seat_no = n.seat_no
    order by 1
  )
  from app_public.bookings as b
  where b.organization_id = (renumber_lines.performance).organization_id
    and b.performance_id = (renumber_lines.performance).id
    and i.organization_id = b.organization_id
    and i.booking_id = b.id
    and i.seat_nos is not null
$$;

comment on function app_private.renumber_lines(app_public.performances, uuid) is
  'Gives the lines of a performance''s bookings the numbers that a layout gives their seats.';
