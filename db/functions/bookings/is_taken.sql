create or replace function app_hidden.is_taken(seat app_public.seat_booking_state)
returns boolean
language sql stable
return (is_taken.seat).status = 'reserved'
  or app_private.is_sold_or_held((is_taken.seat).status, (is_taken.seat).locked_until);

comment on function app_hidden.is_taken(app_public.seat_booking_state) is
  'Whether a seat is sold, held or reserved now.';
