-- Before an answer nothing changes: after a yes the buyer is asked to pay, as without one.
create or replace function app_private.lose_authorization(intent app_public.payment_intents)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
begin
  if (lose_authorization.intent).capture_requested_at is null then
    return;
  end if;
  v_booking := app_private.replace_payment(lose_authorization.intent, 'automatic');
  if v_booking.status = 'pending_payment' and v_booking.expires_at > now() then
    perform app_private.mail_booking(v_booking, 'booking_approved');
  end if;
end
$$;

comment on function app_private.lose_authorization(app_public.payment_intents) is
  'A card that was to be charged cannot be any more: the buyer of the booking, which is locked, is '
  'asked to pay.';
