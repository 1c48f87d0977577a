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
  perform app_private.require_short_reason(cancel_booking.reason);
  if v_booking.status not in (
    'draft', 'pending_payment', 'fraud_hold', 'pending_approval', 'partially_paid', 'confirmed'
  ) then
    perform app_private.raise_booking_status(v_booking);
  end if;
  if v_booking.status in ('partially_paid', 'confirmed')
    and not app_hidden.has_performance_permission(
      v_booking.organization_id, v_booking.performance_id, 'bookings.manage'
    )
  then
    raise exception 'A paid booking is canceled by the organization that sold it.'
      using errcode = 'LMRGT',
        hint = 'Give tickets back with return_tickets, or ask the organization.';
  end if;
  if v_booking.status in ('partially_paid', 'confirmed')
    and app_private.needs_refund_approval(
      v_booking, v_booking.total_amount_cents - v_booking.refunded_cents
    )
  then
    raise exception 'So much is returned only with the approval of a second person.'
      using errcode = 'LMAPV', hint = 'Ask for it with refund_tickets.';
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
  'Raises LMBKG, LMBST, LMRGT, LMAPV (a second person must approve it), LMTUS (a ticket was used), '
  'LMINP, LMSES, LMCRT, LMIDK.';
grant execute on function app_public.cancel_booking(uuid, text, text) to lml_anonymous, lml_user;
