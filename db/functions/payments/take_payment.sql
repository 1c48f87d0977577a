create or replace function app_public.take_payment(
  booking_id uuid, method app_public.payment_method, idempotency_key text default null
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_booking_of_staff(
    take_payment.booking_id, 'bookings.sell'
  );
  v_intent app_public.payment_intents;
begin
  if app_private.replay_result(
    take_payment.idempotency_key, 'take_payment',
    jsonb_build_array(take_payment.booking_id, take_payment.method)
  ) is not null then
    return app_private.masked_booking(v_booking);
  end if;
  if coalesce(take_payment.method = 'card', true) then
    raise exception 'Cards are charged by Stripe.' using errcode = 'LMINP', detail = 'method';
  end if;
  update app_public.payment_intents as p
  set status = 'succeeded', received_cents = p.amount_cents, succeeded_at = now(),
    taken_by = app_hidden.require_user_id(), method = take_payment.method
  where p.organization_id = v_booking.organization_id and p.booking_id = v_booking.id
    and p.method = 'invoice' and p.status = 'pending'
  returning * into v_intent;
  if v_intent.id is not null then
    perform app_private.post_box_office_payment(v_intent);
  elsif v_booking.status = 'pending_payment'
    and app_private.capture_method_of(v_booking) = 'manual'
  then
    raise exception 'The organization has not answered this order yet.'
      using errcode = 'LMBST', detail = 'approval',
        hint = 'Its buyer has a card authorized, then somebody says yes or no.';
  elsif v_booking.status = 'partially_paid'
    or (v_booking.status = 'pending_payment' and v_booking.expires_at > now())
  then
    perform app_private.receive_at_box_office(v_booking, take_payment.method);
  else
    raise exception 'Nothing is due of this booking; it is %.', v_booking.status
      using errcode = 'LMBST', detail = v_booking.status::text;
  end if;
  perform app_private.keep_result(take_payment.idempotency_key, v_booking.id);
  select * into strict v_booking from app_public.bookings as b where b.id = v_booking.id;
  return app_private.masked_booking(v_booking);
end
$$;

comment on function app_public.take_payment(uuid, app_public.payment_method, text) is
  'Takes what is due of a booking without Stripe: an invoice, the next installment, or a price '
  'that is being paid, whose open attempt at Stripe is given up. Needs bookings.sell at the venue. '
  'Raises LMBST (nothing is due, or not before an answer), LMEXP, LMINP, LMNFD, LMRGT, LMIDK, '
  'LMAUT, LMSES.';
grant execute on function app_public.take_payment(uuid, app_public.payment_method, text)
  to lml_user;
