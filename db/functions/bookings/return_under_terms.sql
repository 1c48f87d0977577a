create or replace function app_private.return_under_terms(
  booking app_public.bookings, ticket_ids uuid[], add_on_item_ids uuid[] default null,
  add_on_quantities integer[] default null
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := return_under_terms.booking;
  v_offer app_private.cancellation_offer;
  v_request app_public.refund_requests;
begin
  if v_booking.status not in ('confirmed', 'partially_paid') then
    perform app_private.raise_booking_status(v_booking);
  end if;
  perform app_private.require_tickets_of(v_booking, return_under_terms.ticket_ids);
  perform app_private.require_add_ons_of(
    v_booking, return_under_terms.add_on_item_ids, return_under_terms.add_on_quantities
  );
  perform app_private.require_not_delivered(v_booking, return_under_terms.add_on_item_ids);
  v_offer := app_private.cancellation_offer_of(v_booking);
  if v_offer.percentage = 0 then
    raise exception 'Tickets of this performance are not taken back, or not any more.'
      using errcode = 'LMNRF', detail = v_booking.performance_id::text,
        hint = 'Ask the organization; quote the booking reference.';
  end if;
  perform app_private.require_not_handed_on(v_booking, return_under_terms.ticket_ids);
  v_request.organization_id := v_booking.organization_id;
  v_request.booking_id := v_booking.id;
  v_request.currency := v_booking.currency;
  v_request.kind := case
    when coalesce(return_under_terms.ticket_ids, return_under_terms.add_on_item_ids) is null
      then 'full'
    else 'ticket'
  end;
  v_request.add_on_item_ids := return_under_terms.add_on_item_ids;
  v_request.add_on_quantities := return_under_terms.add_on_quantities;
  v_request.status := 'approved';
  v_request.reason := 'customer_request';
  v_request.ticket_ids := return_under_terms.ticket_ids;
  v_request.percentage := v_offer.percentage;
  v_request.refunds_service_fees := v_offer.refunds_service_fees;
  v_request.refunds_processing_fees := v_offer.refunds_processing_fees;
  v_request.cancellation_policy_id := v_offer.policy_id;
  v_request.amount_cents := 0;
  v_request := app_private.carry_out_request(
    v_booking, app_private.store_refund_request(v_request)
  );
  select * into strict v_booking from app_public.bookings as b where b.id = v_booking.id;
  return v_booking;
end
$$;

comment on function app_private.return_under_terms(
  app_public.bookings, uuid[], uuid[], integer[]
) is
  'Takes tickets and units of add-ons of a locked booking back for what its terms say. '
  'Raises LMBST, LMNRF, LMTUS, LMTVD, LMNFD, LMINP.';
