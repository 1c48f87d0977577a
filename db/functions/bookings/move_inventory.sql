-- Everything that names seats by number is renumbered, with the seats locked. Numbers first leave
-- the range of layouts, so that none is there twice on the way; deleted rows make holds that wait
-- for one of them go away empty.
create or replace function app_private.move_inventory(
  performance app_public.performances, layout_id uuid
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_moved app_public.performances := move_inventory.performance;
  v_bad text;
  v_allocated app_public.seat_allocation_seats[];
begin
  v_moved.layout_id := move_inventory.layout_id;
  with gone as (
    delete from app_public.seat_allocation_seats as a
    where a.organization_id = v_moved.organization_id and a.performance_id = v_moved.id
    returning a
  )
  select array_agg(g.a) into v_allocated from gone as g;
  update app_public.seat_booking_state as s
  set seat_no = s.seat_no + 1000000
  where s.organization_id = v_moved.organization_id and s.performance_id = v_moved.id;

  select format('section %s, row %s, number %s', s.section, s.row_name, s.seat_number)
  into v_bad
  from app_private.seats_after_move(move_inventory.performance, v_moved) as s
  where s.status = 'available' and s.category_no is null
  order by s.seat_no
  limit 1;
  if found then
    raise exception 'A seat is covered by no ticket category, or by several.'
      using errcode = 'LMPUB', detail = v_bad,
        hint = 'The layout must fit the categories of the event, or the section be blocked.';
  end if;

  insert into app_public.seat_booking_state (
    organization_id, performance_id, seat_no, status, category_no, booking_id, locked_until,
    price_override_cents
  )
  select
    v_moved.organization_id, v_moved.id, s.seat_no, s.status, s.category_no, s.booking_id,
    s.locked_until, s.price_override_cents
  from app_private.seats_after_move(move_inventory.performance, v_moved) as s
  order by app_hidden.stored_position(s.seat_no);
  delete from app_public.seat_booking_state as s
  where s.organization_id = v_moved.organization_id
    and s.performance_id = v_moved.id
    and s.seat_no > 1000000;

  perform app_private.renumber_allocations(
    move_inventory.performance, move_inventory.layout_id, v_allocated
  );
  perform app_private.renumber_lines(move_inventory.performance, move_inventory.layout_id);
  perform app_private.renumber_tickets(move_inventory.performance, move_inventory.layout_id);
end
$$;

comment on function app_private.move_inventory(app_public.performances, uuid) is
  'Renumbers the seats, lines and tickets of a performance after another layout. Raises LMPUB.';
