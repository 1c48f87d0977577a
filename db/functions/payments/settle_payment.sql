create or replace function app_private.settle_payment(
  intent app_public.payment_intents, status_before app_public.payment_status
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_is_wanted boolean;
begin
  if (settle_payment.intent).schedule_id is null then
    v_is_wanted := app_private.confirm_booking(
      (settle_payment.intent).booking_id, (settle_payment.intent).amount_cents
    );
  else
    v_is_wanted := app_private.receive_installment(settle_payment.intent);
  end if;
  if not v_is_wanted then
    perform app_private.return_payment(settle_payment.intent);
  elsif settle_payment.status_before in ('canceled', 'failed') then
    -- An attempt that was given up was faster than the one after it.
    perform app_private.withdraw_payment(b)
    from app_public.bookings as b where b.id = (settle_payment.intent).booking_id;
  end if;
end
$$;

comment on function app_private.settle_payment(
  app_public.payment_intents, app_public.payment_status
) is 'What becomes of a booking with money that has arrived, or of the money.';
