create or replace function app_public.payment_session(booking_id uuid)
returns app_public.payment_session
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_session app_public.payment_session;
begin
  -- Staff may see a payment, but only the owner of the booking may confirm it.
  select
    p.booking_id, p.status, p.amount_cents, p.currency, p.stripe_payment_intent_id,
    -- Nobody is to pay what is not the price any more.
    case when b.status <> 'draft' and not app_private.has_untold_change(p.id)
      then s.client_secret end,
    p.failure_code, p.failure_message, p.id, i.installment_no,
    coalesce(b.expires_at, i.due_at), app_private.is_stripe_reachable(), null, p.capture_method
  into v_session
  from app_public.bookings as b
  join app_public.payment_intents as p
    on p.organization_id = b.organization_id and p.booking_id = b.id
  left join app_private.payment_intent_secrets as s
    on s.organization_id = p.organization_id and s.payment_intent_id = p.id
  left join app_public.booking_payment_schedule as i
    on i.organization_id = p.organization_id and i.id = p.schedule_id
  where b.id = payment_session.booking_id
    and (
      b.user_id = app_hidden.current_user_id()
      or b.cart_token_hash = app_hidden.current_cart_hash()
    )
  order by p.created_at desc, p.id desc
  limit 1;
  if not found then
    return null;
  end if;
  -- Without the client secret nobody can pay, so that nothing was charged.
  if v_session.status = 'pending' and v_session.client_secret is null
    and not v_session.is_provider_reachable
  then
    v_session.notice :=
      'The payment provider cannot be reached at the moment. Nothing was charged. '
      'We try again; your seats are held until their deadline.';
  end if;
  return v_session;
end
$$;

comment on function app_public.payment_session(uuid) is
  'The latest payment of a booking of yours; null when it has none. Its client_secret appears as '
  'soon as Stripe knows of the payment and its amount, usually within a second of start_checkout. '
  'As long as its status is pending another card may be tried with the same client_secret; '
  'requires_action means that the buyer has to do something at the bank, such as 3-D Secure; '
  'authorized, that the card is charged when the organization says yes.';
grant execute on function app_public.payment_session(uuid) to lml_anonymous, lml_user;
