-- Every change of a booking begins here: the booking is locked before any of its seats, and each
-- transaction locks only bookings that are its own business, so that none waits in a circle.
create or replace function app_private.lock_booking(booking_id uuid, permission text)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_buyer app_private.buyer;
  v_booking app_public.bookings;
begin
  v_buyer.user_id := app_hidden.current_user_id();
  v_buyer.cart_token_hash := app_hidden.current_cart_hash();

  select * into v_booking
  from app_public.bookings as b
  where b.id = lock_booking.booking_id
    and (
      b.user_id = v_buyer.user_id
      or b.cart_token_hash = v_buyer.cart_token_hash
      or app_hidden.has_performance_permission(
        b.organization_id, b.performance_id, lock_booking.permission
      )
    )
  for no key update;
  if v_booking.id is null then
    perform app_private.raise_no_booking(lock_booking.booking_id);
  end if;
  return v_booking;
end
$$;

comment on function app_private.lock_booking(uuid, text) is
  'The booking, locked, for its owner or for staff with the permission. '
  'Raises LMBKG, LMSES, LMCRT.';
