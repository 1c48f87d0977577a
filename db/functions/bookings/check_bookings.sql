create or replace function app_private.check_bookings()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable security definer set search_path = ''
as $$
  select * from app_private.check_booking_is_sum_of_its_lines()
  union all
  select * from app_private.check_parts_sum_to_their_booking()
  union all
  select * from app_private.check_status_is_the_last_logged()
  union all
  select * from app_private.check_canceled_performance_keeps_no_booking()
$$;

comment on function app_private.check_bookings() is
  'What is inconsistent of bookings alone.';
