-- Becomes a part of the statement that asks, as is_free does.
create or replace function app_private.free_seats_of(
  sale app_private.sale, category_no smallint, accessible boolean
)
returns table (first_seat_no integer, seat_no integer)
language sql stable
as $$
  select r.first_seat_no, s.seat_no
  from app_private.seat_runs as r
  join app_public.seat_booking_state as s
    on s.organization_id = r.organization_id
    and s.performance_id = r.performance_id
    and s.seat_no between r.first_seat_no and r.last_seat_no
    and s.category_no = r.category_no
    and app_private.is_free(s.status, s.locked_until)
  where r.organization_id = (free_seats_of.sale).organization_id
    and r.performance_id = (free_seats_of.sale).performance_id
    and r.category_no = free_seats_of.category_no
    and r.is_accessible = free_seats_of.accessible
$$;

comment on function app_private.free_seats_of(app_private.sale, smallint, boolean) is
  'The seats of a category that are free now, each with the first seat of its run, for wheelchair '
  'users or for others.';
