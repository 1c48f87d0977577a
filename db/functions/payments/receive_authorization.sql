-- From here on it is the organization who takes the time: within what the bank keeps the money for,
-- less a day to charge it in, also through an outage. What was authorized for another price, or too
-- late, is let go, which costs nobody anything.
create or replace function app_private.receive_authorization(
  intent app_public.payment_intents, object jsonb, event jsonb
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  c_lasts constant interval := '7 days';
  v_intent app_public.payment_intents := receive_authorization.intent;
  v_booking app_public.bookings;
begin
  select * into strict v_booking
  from app_public.bookings as b where b.id = v_intent.booking_id;
  if v_booking.status = 'pending_payment' and v_booking.expires_at > now()
    and v_booking.payment_plan_id is null
    and receive_authorization.object ->> 'amount' = v_booking.total_amount_cents::text
    and app_private.capture_method_of(v_booking) = 'manual'
  then
    update app_public.payment_intents as p
    set capture_before = to_timestamp((receive_authorization.event ->> 'created')::numeric)
      + c_lasts
    where p.id = v_intent.id
    returning * into v_intent;
    begin
      perform app_private.await_answer(v_booking, v_intent.capture_before - interval '1 day');
      return;
    exception
      when sqlstate 'LMEXP' then
        null;
    end;
  end if;
  perform app_private.withdraw_payment(v_booking);
end
$$;

comment on function app_private.receive_authorization(app_public.payment_intents, jsonb, jsonb) is
  'A card is authorized: the booking, which is locked, waits for the organization''s answer.';
