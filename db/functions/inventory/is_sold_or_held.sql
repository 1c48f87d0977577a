-- Becomes a part of the statement that asks, as is_free does.
create or replace function app_private.is_sold_or_held(
  status app_public.seat_status, locked_until timestamptz
)
returns boolean
language sql stable
return is_sold_or_held.status = 'booked'
  or (is_sold_or_held.status = 'locked' and is_sold_or_held.locked_until > now());

comment on function app_private.is_sold_or_held(app_public.seat_status, timestamptz) is
  'Whether somebody has a seat now: it is sold, or held until later.';
