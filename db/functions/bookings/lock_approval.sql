create or replace function app_private.lock_approval(booking_id uuid)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_booking_of_staff(
    lock_approval.booking_id, 'bookings.manage'
  );
begin
  if app_private.is_for_caller(v_booking) then
    raise exception 'Nobody approves what they buy themselves.'
      using errcode = 'LMRGT', hint = 'Ask a colleague.';
  end if;
  if v_booking.status <> 'pending_approval' then
    perform app_private.raise_booking_status(v_booking);
  end if;
  if v_booking.expires_at <= now() then
    raise exception 'The time for an answer has run out.'
      using errcode = 'LMEXP', detail = v_booking.id::text,
        hint = 'The buyer has to hold the seats again.';
  end if;
  return v_booking;
end
$$;

comment on function app_private.lock_approval(uuid) is
  'A booking that waits for an answer, locked, for staff with bookings.manage. '
  'Raises LMAUT, LMSES, LMRGT, LMNFD, LMBST, LMEXP.';
