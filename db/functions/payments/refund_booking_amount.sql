create or replace function app_public.refund_booking_amount(
  booking_id uuid, amount_cents bigint, note text,
  reason app_public.refund_reason default 'customer_request', idempotency_key text default null
)
returns app_public.refund_requests
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_booking_for_refund(
    refund_booking_amount.booking_id, 'payments.refund'
  );
  v_request app_public.refund_requests;
  v_known uuid := app_private.replay_result(
    refund_booking_amount.idempotency_key, 'refund_booking_amount',
    jsonb_build_array(
      refund_booking_amount.booking_id, refund_booking_amount.amount_cents,
      refund_booking_amount.note, refund_booking_amount.reason
    )
  );
begin
  if v_known is not null then
    return app_private.known_refund_request(v_known);
  end if;
  perform app_hidden.require_chargeable(
    refund_booking_amount.amount_cents, v_booking.currency, 'amount_cents'
  );
  v_request.kind := 'partial';
  v_request.amount_cents := refund_booking_amount.amount_cents;
  v_request.reason := refund_booking_amount.reason;
  v_request.note := refund_booking_amount.note;
  v_request := app_private.request_refund(v_booking, v_request);
  perform app_private.keep_result(refund_booking_amount.idempotency_key, v_request.id);
  return v_request;
end
$$;

comment on function app_public.refund_booking_amount(
  uuid, bigint, text, app_public.refund_reason, text
) is
  'Returns an amount, within what was received, whatever the terms say; the '
  'buyer keeps the tickets. '
  'Above the organization''s threshold somebody else has to approve it. Needs payments.refund. '
  'Raises LMBKG, LMRGT, LMBST, LMRFX (less is left), LMINP, LMIMP, LMIDK, '
  'LMAUT, LMSES.';
grant execute on function app_public.refund_booking_amount(
  uuid, bigint, text, app_public.refund_reason, text
) to lml_user;
