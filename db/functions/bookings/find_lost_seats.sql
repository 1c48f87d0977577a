-- Seats have the same id in every version of a layout, whatever their number or place.
create or replace function app_private.find_lost_seats(
  performance app_public.performances, layout_id uuid
)
returns app_public.lost_seat[]
language sql stable security definer set search_path = ''
as $$
  select coalesce(
    array_agg(
      row(
        seat.seat_id, section.name, seat.row_name, seat.seat_number, state.status,
        state.booking_id, case when target.seat_no is null then 'missing' else 'feature_lost' end
      )::app_public.lost_seat order by seat.seat_no
    ), '{}'
  )
  from app_public.seat_booking_state as state
  join app_public.layout_seats as seat
    on seat.organization_id = state.organization_id
    and seat.layout_id = (find_lost_seats.performance).layout_id
    and seat.seat_no = state.seat_no
  join app_public.layout_sections as section
    on section.organization_id = seat.organization_id
    and section.layout_id = seat.layout_id
    and section.section_no = seat.section_no
  left join app_public.layout_seats as target
    on target.organization_id = seat.organization_id
    and target.layout_id = find_lost_seats.layout_id
    and target.seat_id = seat.seat_id
  where state.organization_id = (find_lost_seats.performance).organization_id
    and state.performance_id = (find_lost_seats.performance).id
    and app_hidden.is_taken(state)
    and (
      target.seat_no is null
      or not (
        array(
          select f from unnest(seat.features) as f where f in ('wheelchair', 'companion')
        ) <@ target.features
      )
    )
$$;

comment on function app_private.find_lost_seats(app_public.performances, uuid) is
  'Seats of a performance that are sold, held or reserved, and that a layout does not offer.';
