-- Twice, because no two live tickets may have a number even for a moment: first out of the range of
-- layouts, then back into it.
create or replace function app_private.renumber_tickets(
  performance app_public.performances, layout_id uuid
)
returns void
language sql volatile security definer set search_path = ''
as $$
  update app_public.tickets as t
  set seat_no = case
      when s.seat_no is null then -abs(t.seat_no)
      else s.new_seat_no + 1000000
    end,
    section = coalesce(section.name, t.section),
    row_name = coalesce(s.row_name, t.row_name),
    seat_number = coalesce(s.seat_number, t.seat_number)
  from app_public.tickets as old
  left join app_private.seats_of_both(
    renumber_tickets.performance, renumber_tickets.layout_id
  ) as s on s.seat_no = old.seat_no
  left join app_public.layout_sections as section
    on section.organization_id = old.organization_id
    and section.layout_id = renumber_tickets.layout_id
    and section.section_no = s.section_no
  where old.organization_id = (renumber_tickets.performance).organization_id
    and old.performance_id = (renumber_tickets.performance).id
    and old.seat_no is not null
    and t.organization_id = old.organization_id
    and t.id = old.id;

  update app_public.tickets as t
  set seat_no = t.seat_no - 1000000
  where t.organization_id = (renumber_tickets.performance).organization_id
    and t.performance_id = (renumber_tickets.performance).id
    and t.seat_no > 1000000
$$;

comment on function app_private.renumber_tickets(app_public.performances, uuid) is
  'Gives the tickets of a performance the numbers and places that a layout gives their seats.';
