--! Previous: sha1:d8cd211f56e7da7b363b935f22b9d9f884eee5ec
--! Hash: sha1:d18dbbeef03fb3bd21ae4d4bf9b98e4516081538
--! Message: End a refused booking as every other

--! split: 1000-functions-bookings-cancel_booking.sql
create or replace function app_public.cancel_booking(
  booking_id uuid, reason text default null, idempotency_key text default null
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_booking(
    cancel_booking.booking_id, 'bookings.manage'
  );
begin
  if app_private.replay_result(
    cancel_booking.idempotency_key, 'cancel_booking',
    jsonb_build_array(cancel_booking.booking_id, cancel_booking.reason)
  ) is not null then
    return app_private.masked_booking(v_booking);
  end if;
  if length(cancel_booking.reason) > 500 then
    raise exception 'A reason has at most 500 characters.'
      using errcode = 'LMINP', detail = 'reason';
  end if;
  if v_booking.status not in ('draft', 'pending_payment', 'fraud_hold', 'confirmed') then
    raise exception 'The booking is %.', v_booking.status
      using errcode = 'LMBST', detail = v_booking.status::text;
  end if;
  if v_booking.status = 'confirmed'
    and not app_hidden.has_performance_permission(
      v_booking.organization_id, v_booking.performance_id, 'bookings.manage'
    )
  then
    raise exception 'A paid booking is canceled by the organization that sold it.'
      using errcode = 'LMRGT', hint = 'Ask the organization; quote the booking reference.';
  end if;

  v_booking := app_private.end_booking(
    v_booking, cancel_booking.reason, 'booking_canceled'
  );
  perform app_private.keep_result(cancel_booking.idempotency_key, v_booking.id);
  return app_private.masked_booking(v_booking);
end
$$;

comment on function app_public.cancel_booking(uuid, text, text) is
  'Lets the seats go. An unpaid booking is canceled by its owner or by staff; a paid one by staff '
  'with bookings.manage, which voids its tickets and refunds it in full. '
  'Raises LMBKG, LMBST, LMRGT, LMTUS (a ticket was used), LMINP, LMSES, LMCRT, LMIDK.';
grant execute on function app_public.cancel_booking(uuid, text, text) to lml_anonymous, lml_user;

--! split: 1001-functions-risk-refuse_checkout.sql
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
