create or replace function app_public.return_booking(
  booking_id uuid, idempotency_key text default null
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_booking(
    return_booking.booking_id, 'bookings.manage'
  );
begin
  if app_private.replay_result(
    return_booking.idempotency_key, 'return_booking', jsonb_build_array(return_booking.booking_id)
  ) is not null then
    return app_private.masked_booking(v_booking);
  end if;
  v_booking := app_private.return_under_terms(v_booking, null);
  perform app_private.keep_result(return_booking.idempotency_key, v_booking.id);
  return app_private.masked_booking(v_booking);
end
$$;

comment on function app_public.return_booking(uuid, text) is
  'Gives all of a paid booking back: for all of its price after its performance was postponed, as '
  'long as that is offered, or else for what quote_cancellation says. '
  'Raises LMNRF (neither), LMBKG, LMBST, LMTUS, LMSES, LMCRT, LMIDK, LMINP.';
grant execute on function app_public.return_booking(uuid, text) to lml_anonymous, lml_user;
