create or replace function app_private.is_live(booking app_public.bookings)
returns boolean
language sql stable
as $$
  select app_private.is_sold((is_live.booking).status)
    or (app_private.is_open((is_live.booking).status) and (is_live.booking).expires_at > now())
$$;

comment on function app_private.is_live(app_public.bookings) is
  'Whether a booking has a right to its seats now: for good, or until its deadline.';
