create or replace function app_public.open_payment(booking_id uuid)
returns app_public.payment_session
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_booking(
    open_payment.booking_id, 'bookings.sell'
  );
begin
  if v_booking.user_id is distinct from app_hidden.current_user_id()
    and v_booking.cart_token_hash is distinct from app_hidden.current_cart_hash()
  then
    raise exception 'Whoever owns a booking pays for it.'
      using errcode = 'LMRGT', hint = 'Take money at the counter with take_payment.';
  end if;
  if v_booking.status not in ('pending_payment', 'partially_paid') then
    perform app_private.raise_booking_status(v_booking);
  end if;
  if v_booking.expires_at <= now() then
    perform app_private.raise_hold_lapsed(v_booking);
  end if;
  if not exists (
    select from app_public.payment_intents as p
    where p.organization_id = v_booking.organization_id and p.booking_id = v_booking.id
      and p.status in ('pending', 'processing', 'requires_action', 'authorized')
  ) then
    -- Nobody keeps Stripe busy through us.
    if (
      select count(*) from app_public.payment_intents as p
      where p.organization_id = v_booking.organization_id and p.booking_id = v_booking.id
        and p.created_at > now() - interval '1 day'
    ) >= 20 then
      raise exception 'There were too many attempts at this payment.'
        using errcode = 'LMBST', detail = 'attempts', hint = 'Try again tomorrow.';
    end if;
    perform app_private.request_payment(v_booking, app_private.capture_method_of(v_booking));
  end if;
  return app_public.payment_session(v_booking.id);
end
$$;

comment on function app_public.open_payment(uuid) is
  'Opens the payment of what is due next, unless one is open: another attempt after one that has '
  'failed, or the next installment, also before its date. Returns its payment_session. '
  'Raises LMBKG, LMBST (nothing is due, or too many attempts within a day), LMEXP, LMRGT (staff), '
  'LMPLN, LMSES, LMCRT.';
grant execute on function app_public.open_payment(uuid) to lml_anonymous, lml_user;
