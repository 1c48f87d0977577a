-- For staff only: its buyer may lock a booking, too, and decides nothing about money.
create or replace function app_private.lock_booking_for_refund(booking_id uuid, permission text)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
begin
  perform app_hidden.require_user_id();
  v_booking := app_private.lock_booking(
    lock_booking_for_refund.booking_id, lock_booking_for_refund.permission
  );
  if not app_hidden.has_performance_permission(
    v_booking.organization_id, v_booking.performance_id, lock_booking_for_refund.permission
  ) then
    raise exception 'Only staff of the organization may decide this.'
      using errcode = 'LMRGT', detail = lock_booking_for_refund.permission,
        hint = 'Return tickets under the terms they were bought with.';
  end if;
  return v_booking;
end
$$;

comment on function app_private.lock_booking_for_refund(uuid, text) is
  'The booking, locked, for staff with a permission. Raises LMBKG, LMRGT, LMAUT, LMSES.';
