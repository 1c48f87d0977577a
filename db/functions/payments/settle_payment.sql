-- Who paid more than the price, since it fell in the same moment, has what is in the booking now,
-- and the difference back. Who paid less has bought nothing, nor has whoever paid before an answer.
create or replace function app_private.settle_payment(
  intent app_public.payment_intents, before app_public.payment_intents
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_intent app_public.payment_intents := settle_payment.intent;
  v_booking app_public.bookings;
  v_is_wanted boolean;
begin
  select * into strict v_booking
  from app_public.bookings as b where b.id = v_intent.booking_id;
  if app_private.is_unanswered(v_booking, v_intent, settle_payment.before) then
    v_is_wanted := false;
  elsif v_intent.schedule_id is null then
    v_is_wanted := app_private.confirm_booking(
      v_booking.id, least(v_intent.amount_cents, v_booking.total_amount_cents)
    );
  else
    v_is_wanted := v_intent.amount_cents = (settle_payment.before).amount_cents
      and app_private.receive_installment(v_intent);
  end if;
  if not v_is_wanted then
    perform app_private.return_payment(v_intent, (settle_payment.before).amount_cents);
    return;
  end if;
  if v_intent.schedule_id is null and v_intent.amount_cents > v_booking.total_amount_cents then
    perform app_private.queue_refund(
      v_intent, v_intent.amount_cents - v_booking.total_amount_cents, 'late_payment'
    );
  end if;
  if (settle_payment.before).status in ('canceled', 'failed') then
    -- An attempt that was given up was faster than the one after it.
    perform app_private.withdraw_payment(b)
    from app_public.bookings as b where b.id = v_booking.id;
  end if;
end
$$;

comment on function app_private.settle_payment(
  app_public.payment_intents, app_public.payment_intents
) is 'What becomes of a booking with money that has arrived, or of the money.';
