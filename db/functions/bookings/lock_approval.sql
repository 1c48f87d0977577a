create or replace function app_private.lock_approval(booking_id uuid)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
begin
  -- Asked before it is locked: a stranger must not make anybody wait.
  select * into v_booking
  from app_public.bookings as b where b.id = lock_approval.booking_id;
  perform app_hidden.require_performance_permission(
    v_booking.organization_id, v_booking.performance_id, 'bookings.manage'
  );
  if v_booking.user_id = app_hidden.current_user_id() then
    raise exception 'Nobody approves what they buy themselves.' using errcode = 'LMRGT';
  end if;
  select * into strict v_booking
  from app_public.bookings as b where b.id = lock_approval.booking_id
  for no key update;
  if v_booking.status <> 'pending_approval' then
    raise exception 'The booking is %.', v_booking.status
      using errcode = 'LMBST', detail = v_booking.status::text;
  end if;
  if v_booking.expires_at <= now() then
    raise exception 'The time for an answer has run out.'
      using errcode = 'LMEXP', detail = v_booking.id::text;
  end if;
  return v_booking;
end
$$;

comment on function app_private.lock_approval(uuid) is
  'A booking that waits for an answer, locked, for staff with bookings.manage. '
  'Raises LMAUT, LMSES, LMRGT, LMNFD, LMBST, LMEXP.';
