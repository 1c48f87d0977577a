-- Where this is asked of each row, the planner puts it in place.
create or replace function app_private.is_open(status app_public.booking_status)
returns boolean
language sql immutable
return is_open.status in ('draft', 'pending_payment', 'fraud_hold', 'pending_approval');

comment on function app_private.is_open(app_public.booking_status) is
  'Whether such a booking has its seats until its deadline, and no longer.';
