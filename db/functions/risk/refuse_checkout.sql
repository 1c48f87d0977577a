-- Refused by a rule: canceled, because an error would undo what the rule has found. The reason does
-- not tell the rule.
create or replace function app_private.refuse_checkout(booking app_public.bookings)
returns app_public.bookings
language sql volatile security definer set search_path = ''
as $$
  select app_private.end_booking(refuse_checkout.booking, 'The order was not accepted.', 'fraud')
$$;

comment on function app_private.refuse_checkout(app_public.bookings) is
  'Cancels a booking that is not accepted, and frees its seats and places.';
