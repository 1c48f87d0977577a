-- Booking and payment are locked. What the buyer has back takes first what a refund of ours has
-- failed to return, whose rest is sent again; what is then missing of the price is taken off the
-- sale, also of what was kept of one that has ended.
create or replace function app_private.adopt_refund(
  booking app_public.bookings, intent app_public.payment_intents, object jsonb, note text
)
returns app_public.refunds
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := adopt_refund.booking;
  v_intent app_public.payment_intents := adopt_refund.intent;
  v_amount bigint := adopt_refund.object ->> 'amount';
  v_failed app_public.refunds := app_private.refund_to_replace(v_intent, v_amount);
  v_rest bigint := app_private.rest_of_refund(v_failed, v_intent) - v_amount;
  v_request app_public.refund_requests;
  v_id uuid;
  v_refund app_public.refunds;
begin
  if v_booking.status in ('partially_paid', 'disputed') then
    raise exception 'The booking is %.', v_booking.status
      using errcode = 'LMBST', detail = v_booking.status::text;
  end if;
  perform app_private.require_undisputed(v_intent, v_amount);
  -- If some of it is left to be sent, that is the next attempt at it.
  if v_rest > 0 then
    v_id := app_private.queue_refund(
      v_intent, v_amount, 'customer_request', v_failed.request_id
    );
    perform app_private.queue_refund(
      v_intent, v_rest, v_failed.reason, v_failed.request_id, v_failed
    );
  else
    v_id := app_private.queue_refund(
      v_intent, v_amount, coalesce(v_failed.reason, 'customer_request'), v_failed.request_id,
      v_failed
    );
  end if;
  update app_public.refunds as r
  set stripe_refund_id = adopt_refund.object ->> 'id'
  where r.id = v_id
  returning * into strict v_refund;
  v_request.amount_cents := least(
    v_amount, app_private.owed_of(v_booking),
    v_booking.total_amount_cents - v_booking.refunded_cents
  );
  if v_booking.confirmed_at is null or v_request.amount_cents = 0 then
    return v_refund;
  end if;
  v_request.organization_id := v_booking.organization_id;
  v_request.booking_id := v_booking.id;
  v_request.currency := v_booking.currency;
  v_request.kind := 'partial';
  v_request.status := 'approved';
  v_request.reason := v_refund.reason;
  v_request.note := adopt_refund.note;
  v_request.is_exception := true;
  v_request := app_private.store_refund_request(v_request);
  update app_public.refunds as r set request_id = v_request.id
  where r.id = v_refund.id
  returning * into v_refund;
  perform app_private.take_back(
    v_booking, v_request,
    array(select p from app_private.parts_of_amount(v_booking, v_request.amount_cents) as p)
  );
  return v_refund;
end
$$;

comment on function app_private.adopt_refund(
  app_public.bookings, app_public.payment_intents, jsonb, text
) is
  'Makes a refund of what somebody has returned at Stripe, and takes what it was for off the sale. '
  'Raises LMBST, LMDSP, LMRFX.';
