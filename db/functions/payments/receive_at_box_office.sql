-- The booking is locked. An open attempt at Stripe is given up; if it was faster, it is returned.
create or replace function app_private.receive_at_box_office(
  booking app_public.bookings, method app_public.payment_method
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := receive_at_box_office.booking;
  v_part app_public.booking_payment_schedule;
  v_intent app_public.payment_intents;
  v_is_wanted boolean;
begin
  perform app_private.withdraw_payment(v_booking);
  if v_booking.payment_plan_id is not null then
    v_part := app_private.next_part(v_booking);
  end if;
  insert into app_public.payment_intents as p (
    organization_id, booking_id, amount_cents, currency, schedule_id, method, taken_by, status,
    received_cents, succeeded_at
  )
  values (
    v_booking.organization_id, v_booking.id,
    coalesce(v_part.amount_cents, v_booking.total_amount_cents), v_booking.currency, v_part.id,
    receive_at_box_office.method, app_hidden.require_user_id(), 'succeeded',
    coalesce(v_part.amount_cents, v_booking.total_amount_cents), now()
  )
  returning * into v_intent;
  perform app_private.post_box_office_payment(v_intent);
  v_is_wanted := case when v_part.id is null
    then app_private.confirm_booking(v_booking.id, v_intent.amount_cents)
    else app_private.receive_installment(v_intent)
  end;
  if not v_is_wanted then
    raise exception 'The hold has run out, and others have seats of it.'
      using errcode = 'LMEXP', detail = v_booking.id::text, hint = 'Return the money.';
  end if;
end
$$;

comment on function app_private.receive_at_box_office(
  app_public.bookings, app_public.payment_method
) is 'Takes what is due of a booking at the counter. Raises LMEXP: nothing was taken.';
