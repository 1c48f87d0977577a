create or replace function app_private.lock_fraud_review(booking_id uuid)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
begin
  -- Asked before it is locked: a stranger must not make anybody wait.
  perform app_hidden.require_permission(
    (
      select b.organization_id
      from app_public.bookings as b where b.id = lock_fraud_review.booking_id
    ),
    'risk.manage'
  );
  perform app_private.refuse_own_review(lock_fraud_review.booking_id);
  select * into strict v_booking
  from app_public.bookings as b where b.id = lock_fraud_review.booking_id
  for no key update;
  if v_booking.status <> 'fraud_hold' then
    perform app_private.raise_booking_status(v_booking);
  end if;
  return v_booking;
end
$$;

comment on function app_private.lock_fraud_review(uuid) is
  'A booking under review, locked, for members with risk.manage. '
  'Raises LMAUT, LMSES, LMRGT, LMNFD, LMBST.';
