create or replace function app_public.refund_fees(
  booking_id uuid, note text, ticket_ids uuid[] default null,
  with_service_fees boolean default true, with_processing_fees boolean default true,
  reason app_public.refund_reason default 'customer_request', idempotency_key text default null
)
returns app_public.refund_requests
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_booking_for_refund(
    refund_fees.booking_id, 'payments.refund'
  );
  v_request app_public.refund_requests;
  v_known uuid := app_private.replay_result(
    refund_fees.idempotency_key, 'refund_fees',
    jsonb_build_array(
      refund_fees.booking_id, refund_fees.note, refund_fees.ticket_ids,
      refund_fees.with_service_fees, refund_fees.with_processing_fees, refund_fees.reason
    )
  );
begin
  if v_known is not null then
    return app_private.known_refund_request(v_known);
  end if;
  v_request.kind := 'fee_only';
  v_request.ticket_ids := refund_fees.ticket_ids;
  v_request.refunds_service_fees := refund_fees.with_service_fees;
  v_request.refunds_processing_fees := refund_fees.with_processing_fees;
  v_request.reason := refund_fees.reason;
  v_request.note := refund_fees.note;
  v_request := app_private.request_refund(v_booking, v_request);
  perform app_private.keep_result(refund_fees.idempotency_key, v_request.id);
  return v_request;
end
$$;

comment on function app_public.refund_fees(
  uuid, text, uuid[], boolean, boolean, app_public.refund_reason, text
) is
  'Returns fees of a booking or of some of its tickets, with the tax on them; the buyer keeps the '
  'tickets. Above the organization''s threshold somebody else has to approve it. '
  'Needs payments.refund. '
  'Raises LMBKG, LMRGT, LMBST, LMTVD, LMRFX (none are left), LMINP, LMIMP, LMIDK, '
  'LMAUT, LMSES.';
grant execute on function app_public.refund_fees(
  uuid, text, uuid[], boolean, boolean, app_public.refund_reason, text
) to lml_user;
