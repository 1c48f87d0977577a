create or replace function app_private.count_free_seats(
  sale app_private.sale, category_no smallint, accessible boolean
)
returns integer
language sql volatile security definer set search_path = ''
as $$
  select count(*)::integer
  from app_private.seat_runs as r
  join app_public.seat_booking_state as s
    on s.organization_id = r.organization_id
    and s.performance_id = r.performance_id
    and s.seat_no between r.first_seat_no and r.last_seat_no
    and s.category_no = r.category_no
    and (s.status = 'available' or (s.status = 'locked' and s.locked_until <= now()))
  where r.organization_id = (count_free_seats.sale).organization_id
    and r.performance_id = (count_free_seats.sale).performance_id
    and r.category_no = count_free_seats.category_no
    and r.is_accessible = count_free_seats.accessible
$$;

comment on function app_private.count_free_seats(app_private.sale, smallint, boolean) is
  'How many seats of a category are free now, for wheelchair users or for others.';
