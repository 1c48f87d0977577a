-- Over several payments the newest is returned first, since Stripe returns no old ones.
create or replace function app_private.refund_booking(
  booking app_public.bookings, reason app_public.refund_reason, amount_cents bigint default null,
  request_id uuid default null
)
returns bigint
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_intent app_public.payment_intents;
  v_rest bigint := refund_booking.amount_cents;
  v_part bigint;
  v_queued bigint := 0;
begin
  for v_intent in
    select * from app_public.payment_intents as p
    where p.organization_id = (refund_booking.booking).organization_id
      and p.booking_id = (refund_booking.booking).id
      and p.received_cents > p.refunded_cents + p.disputed_cents
    order by p.id desc
    for no key update
  loop
    exit when v_rest = 0;
    v_part := least(app_private.left_of_payment(v_intent), v_rest);
    continue when v_part = 0;
    perform app_private.queue_refund(
      v_intent, v_part, refund_booking.reason, refund_booking.request_id
    );
    v_rest := v_rest - v_part;
    v_queued := v_queued + v_part;
  end loop;
  return v_queued;
end
$$;

comment on function app_private.refund_booking(
  app_public.bookings, app_public.refund_reason, bigint, uuid
) is
  'Queues the return of an amount, or of all that was paid for a booking and not yet returned, and '
  'says how much that is.';
