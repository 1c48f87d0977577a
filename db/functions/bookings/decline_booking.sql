create or replace function app_public.decline_booking(booking_id uuid, reason text)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_approval(decline_booking.booking_id);
begin
  if coalesce(length(decline_booking.reason) not between 1 and 500, true) then
    raise exception 'A reason is needed, of at most 500 characters.'
      using errcode = 'LMINP', detail = 'reason';
  end if;
  update app_public.booking_approvals as a
  set decision = 'declined', decided_at = now(), decided_by = app_hidden.current_user_id(),
    reason = decline_booking.reason
  where a.organization_id = v_booking.organization_id and a.booking_id = v_booking.id;
  v_booking := app_private.end_booking(v_booking, decline_booking.reason, 'booking_canceled');
  perform app_private.mail_booking(
    v_booking, 'booking_declined', jsonb_build_object('reason', decline_booking.reason)
  );
  return app_private.masked_booking(v_booking);
end
$$;

comment on function app_public.decline_booking(uuid, text) is
  'Says no to a booking that waits for an answer: its seats are free, and its buyer is mailed the '
  'reason. Needs bookings.manage, and somebody other than the buyer. '
  'Raises LMNFD, LMRGT, LMBST, LMEXP, LMINP, LMAUT, LMSES.';
grant execute on function app_public.decline_booking(uuid, text) to lml_user;
