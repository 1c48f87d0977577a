create or replace function app_private.lock_booking_of_staff(booking_id uuid, permission text)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
begin
  -- Asked before it is locked: a stranger must not make anybody wait.
  select * into v_booking
  from app_public.bookings as b where b.id = lock_booking_of_staff.booking_id;
  perform app_hidden.require_performance_permission(
    v_booking.organization_id, v_booking.performance_id, lock_booking_of_staff.permission
  );
  select * into strict v_booking
  from app_public.bookings as b where b.id = lock_booking_of_staff.booking_id
  for no key update;
  return v_booking;
end
$$;

comment on function app_private.lock_booking_of_staff(uuid, text) is
  'A booking, locked, for staff with a permission at its venue; owning it gives no right here. '
  'Raises LMAUT, LMSES, LMRGT, LMNFD.';
