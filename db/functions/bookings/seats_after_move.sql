-- A taken seat keeps its category and price. A blocked one stays blocked, so that a move never puts
-- on sale what was not; a free one gets the category that the new layout gives it.
create or replace function app_private.seats_after_move(
  before app_public.performances, after app_public.performances
)
returns table (
  seat_no integer, section text, row_name text, seat_number text, status app_public.seat_status,
  category_no smallint, booking_id uuid, locked_until timestamptz, price_override_cents bigint
)
language sql stable security definer set search_path = ''
as $$
  select
    target.seat_no, target.section, target.row_name, target.seat_number,
    case
      when old.is_taken then old.status
      when old.status = 'blocked' or target.section = any (e.blocked_sections) then 'blocked'
      else 'available'
    end::app_public.seat_status,
    case
      when old.is_taken then old.category_no
      when cardinality(target.category_nos) = 1 then target.category_nos[1]
    end,
    case when old.is_taken then old.booking_id end,
    case when old.is_taken then old.locked_until end,
    old.price_override_cents
  from app_hidden.seats_with_categories(seats_after_move.after) as target
  join app_public.events as e
    on e.organization_id = (seats_after_move.after).organization_id
    and e.id = (seats_after_move.after).event_id
  join app_public.layout_seats as seat
    on seat.organization_id = (seats_after_move.after).organization_id
    and seat.layout_id = (seats_after_move.after).layout_id
    and seat.seat_no = target.seat_no
  left join app_public.layout_seats as source
    on source.organization_id = seat.organization_id
    and source.layout_id = (seats_after_move.before).layout_id
    and source.seat_id = seat.seat_id
  left join lateral (
    select state.*, app_hidden.is_taken(state) as is_taken
    from app_public.seat_booking_state as state
    where state.organization_id = source.organization_id
      and state.performance_id = (seats_after_move.before).id
      and state.seat_no = source.seat_no + 1000000
  ) as old on true
$$;

comment on function app_private.seats_after_move(app_public.performances, app_public.performances)
is 'The seats of a performance as another layout has them, while the old ones are put aside.';
