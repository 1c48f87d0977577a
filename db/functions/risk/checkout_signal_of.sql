-- A checkout that was reopened has one signal for each time.
create or replace function app_private.checkout_signal_of(booking app_public.bookings)
returns app_private.booking_signals
language sql stable security definer set search_path = ''
as $$
  select s
  from app_private.booking_signals as s
  where s.organization_id = (checkout_signal_of.booking).organization_id
    and s.booking_id = (checkout_signal_of.booking).id
    and s.stage = 'checkout'
  order by s.occurred_at desc, s.id desc
  limit 1
$$;

comment on function app_private.checkout_signal_of(app_public.bookings) is
  'From where a booking was checked out the last time; null: it was not.';
