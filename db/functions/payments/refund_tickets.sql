create or replace function app_public.refund_tickets(
  booking_id uuid, note text, ticket_ids uuid[] default null, percentage numeric default 100,
  with_fees boolean default true, reason app_public.refund_reason default 'customer_request',
  idempotency_key text default null, add_on_item_ids uuid[] default null,
  add_on_quantities integer[] default null
)
returns app_public.refund_requests
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_booking_for_refund(
    refund_tickets.booking_id, 'payments.refund'
  );
  v_request app_public.refund_requests;
  v_known uuid := app_private.replay_result(
    refund_tickets.idempotency_key, 'refund_tickets',
    jsonb_build_array(
      refund_tickets.booking_id, refund_tickets.note, refund_tickets.ticket_ids,
      refund_tickets.percentage, refund_tickets.with_fees, refund_tickets.reason,
      refund_tickets.add_on_item_ids, refund_tickets.add_on_quantities
    )
  );
begin
  if v_known is not null then
    return app_private.known_refund_request(v_known);
  end if;
  if coalesce(refund_tickets.percentage not between 0 and 100, true) then
    raise exception 'A share is 0 to 100 percent.' using errcode = 'LMINP', detail = 'percentage';
  end if;
  v_request.kind := case
    when num_nonnulls(
      refund_tickets.ticket_ids, refund_tickets.add_on_item_ids, refund_tickets.add_on_quantities
    ) = 0 then 'full'
    else 'ticket'
  end;
  v_request.ticket_ids := refund_tickets.ticket_ids;
  v_request.add_on_item_ids := refund_tickets.add_on_item_ids;
  v_request.add_on_quantities := refund_tickets.add_on_quantities;
  v_request.percentage := refund_tickets.percentage;
  v_request.refunds_service_fees := refund_tickets.with_fees;
  v_request.refunds_processing_fees := refund_tickets.with_fees;
  v_request.reason := refund_tickets.reason;
  v_request.note := refund_tickets.note;
  v_request := app_private.request_refund(v_booking, v_request);
  perform app_private.keep_result(refund_tickets.idempotency_key, v_request.id);
  return v_request;
end
$$;

comment on function app_public.refund_tickets(
  uuid, text, uuid[], numeric, boolean, app_public.refund_reason, text, uuid[], integer[]
) is
  'Takes tickets of a booking back, units of its add-ons (so many of each line), or all of it, for '
  'as much as staff decides, whatever the terms say. The tickets end, and their places are on sale '
  'again, as are the units, if their add-on says so. Above the organization''s threshold '
  'somebody else has to approve it first. Needs payments.refund. '
  'Raises LMBKG, LMRGT, LMBST, LMTUS, LMTVD, LMNFD (no such add-on), LMINP, LMIMP, LMIDK, '
  'LMAUT, LMSES.';
grant execute on function app_public.refund_tickets(
  uuid, text, uuid[], numeric, boolean, app_public.refund_reason, text, uuid[], integer[]
) to lml_user;
