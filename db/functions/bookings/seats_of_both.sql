-- Seats have the same id in every version of a layout, whatever their number or place.
create or replace function app_private.seats_of_both(
  performance app_public.performances, layout_id uuid
)
returns table (
  seat_no integer, new_seat_no integer, section_no smallint, row_name text, seat_number text
)
language sql stable
as $$
  select source.seat_no, target.seat_no, target.section_no, target.row_name, target.seat_number
  from app_public.layout_seats as source
  join app_public.layout_seats as target
    on target.organization_id = source.organization_id
    and target.layout_id = seats_of_both.layout_id
    and target.seat_id = source.seat_id
  where source.organization_id = (seats_of_both.performance).organization_id
    and source.layout_id = (seats_of_both.performance).layout_id
$$;

comment on function app_private.seats_of_both(app_public.performances, uuid) is
  'Seats that the layout of a performance and another one have, and what they are in that one.';
