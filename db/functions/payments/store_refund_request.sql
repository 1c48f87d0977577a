create or replace function app_private.store_refund_request(request app_public.refund_requests)
returns app_public.refund_requests
language sql volatile security definer set search_path = ''
as $$
  insert into app_public.refund_requests (
    organization_id, booking_id, kind, status, reason, note, ticket_ids, add_on_item_ids,
    add_on_quantities, percentage,
    refunds_service_fees, refunds_processing_fees, is_exception, amount_cents, currency,
    cancellation_policy_id, requested_by
  )
  values (
    request.organization_id, request.booking_id, request.kind, request.status, request.reason,
    request.note, request.ticket_ids, request.add_on_item_ids, request.add_on_quantities,
    coalesce(request.percentage, 100),
    coalesce(request.refunds_service_fees, true), coalesce(request.refunds_processing_fees, true),
    coalesce(request.is_exception, false), request.amount_cents, request.currency,
    request.cancellation_policy_id, app_hidden.current_user_id()
  )
  returning *
$$;

comment on function app_private.store_refund_request(app_public.refund_requests) is
  'Writes a request down.';
