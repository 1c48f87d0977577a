create or replace function app_private.refund_booking(
  booking app_public.bookings, reason app_public.refund_reason
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_intent app_public.payment_intents;
begin
  for v_intent in
    select * from app_public.payment_intents as p
    where p.organization_id = (refund_booking.booking).organization_id
      and p.booking_id = (refund_booking.booking).id
      and p.received_cents > p.refunded_cents
    order by p.id
    for no key update
  loop
    perform app_private.queue_refund(
      v_intent, v_intent.received_cents - v_intent.refunded_cents, refund_booking.reason
    );
  end loop;
end
$$;

comment on function app_private.refund_booking(app_public.bookings, app_public.refund_reason) is
  'Queues the return of all that was paid for a booking and not yet returned.';
