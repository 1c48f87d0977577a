create or replace function app_private.describe_move(
  performance app_public.performances, layout_id uuid
)
returns app_public.layout_move
language sql stable security definer set search_path = ''
as $$
  with old as (
    select s.seat_id from app_public.layout_seats as s
    where s.organization_id = (describe_move.performance).organization_id
      and s.layout_id = (describe_move.performance).layout_id
  ),
  new as (
    select s.seat_id from app_public.layout_seats as s
    where s.organization_id = (describe_move.performance).organization_id
      and s.layout_id = describe_move.layout_id
  )
  select row(
    (describe_move.performance).id, describe_move.layout_id, false,
    (
      select count(*) from app_public.seat_booking_state as s
      where s.organization_id = (describe_move.performance).organization_id
        and s.performance_id = (describe_move.performance).id
        and app_hidden.is_taken(s)
    ),
    (select count(*) from new where not exists (select from old where old.seat_id = new.seat_id)),
    (select count(*) from old where not exists (select from new where new.seat_id = old.seat_id)),
    app_private.find_lost_seats(describe_move.performance, describe_move.layout_id)
  )::app_public.layout_move
$$;

comment on function app_private.describe_move(app_public.performances, uuid) is
  'What moving a performance to a layout would do.';
