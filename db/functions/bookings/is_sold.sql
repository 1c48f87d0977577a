-- Where this is asked of each row, the planner puts it in place.
create or replace function app_private.is_sold(status app_public.booking_status)
returns boolean
language sql immutable
return is_sold.status in ('partially_paid', 'confirmed', 'completed', 'disputed');

comment on function app_private.is_sold(app_public.booking_status) is
  'Whether such a booking has its seats for good, all of them paid or not.';
