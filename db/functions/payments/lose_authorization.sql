-- Before an answer the order waits on: only after a yes is it to be paid, as without a card.
create or replace function app_private.lose_authorization(intent app_public.payment_intents)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.replace_payment(
    lose_authorization.intent, 'automatic'
  );
begin
  if v_booking.status = 'pending_payment' and v_booking.expires_at > now() then
    perform app_private.mail_booking(v_booking, 'booking_approved');
  end if;
end
$$;

comment on function app_private.lose_authorization(app_public.payment_intents) is
  'A card that was to be charged cannot be any more: the buyer of the booking, which is locked, is '
  'asked to pay.';
