create or replace function app_public.start_checkout(
  booking_id uuid, email text default null, first_name text default null,
  last_name text default null, phone text default null, idempotency_key text default null
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_booking(
    start_checkout.booking_id, 'bookings.manage'
  );
  v_sale app_private.sale;
  v_contact app_public.users;
  v_action app_public.fraud_action;
  v_requires_approval boolean;
  v_is_reopened boolean := v_booking.checkout_started_at is not null;
begin
  if app_private.replay_result(
    start_checkout.idempotency_key, 'start_checkout',
    jsonb_build_array(
      start_checkout.booking_id, start_checkout.email, start_checkout.first_name,
      start_checkout.last_name, start_checkout.phone
    )
  ) is not null then
    -- No checkout leaves a draft: its buyer went back to the cart.
    if v_booking.status = 'draft' then
      raise exception 'This checkout was taken back.'
        using errcode = 'LMIDK', detail = 'start_checkout',
          hint = 'Use a new key to check out again.';
    end if;
    return app_private.masked_booking(v_booking);
  end if;
  perform app_private.require_open_draft(v_booking);
  v_sale := app_private.open_sale(v_booking.performance_id);
  v_requires_approval := app_private.asks_for_approval(v_booking);
  if v_requires_approval is null then
    raise exception 'The booking is empty.' using errcode = 'LMQTY', detail = '0';
  end if;

  perform app_private.require_revenue_limit(v_booking);

  v_contact := app_private.require_contact(
    v_booking.user_id, start_checkout.email, start_checkout.first_name, start_checkout.last_name,
    start_checkout.phone
  );
  perform app_private.prolong_hold(
    v_booking, least(
      now() + make_interval(secs => v_sale.checkout_seconds),
      v_booking.created_at + make_interval(secs => v_sale.hold_seconds_max)
    )
  );
  update app_public.bookings as b
  set customer_id = app_private.find_or_create_customer(
      v_booking.organization_id, v_booking.user_id, v_contact.email, v_contact.first_name,
      v_contact.last_name, v_contact.phone
    ),
    customer_email = v_contact.email,
    customer_name = nullif(concat_ws(' ', v_contact.first_name, v_contact.last_name), ''),
    checkout_started_at = now()
  where b.id = v_booking.id
  returning * into v_booking;

  perform app_private.require_buyer_limits(v_booking);
  perform app_private.require_discount_uses(v_booking);

  perform app_private.require_card_amount(v_booking);
  v_action := app_private.screen_checkout(v_booking, v_contact.phone);
  -- What was asked for before somebody went back to the cart, and is not to be paid now.
  if v_is_reopened and (
    v_action = 'review' or v_requires_approval or v_booking.total_amount_cents = 0
  ) then
    perform app_private.withdraw_payment(v_booking);
  end if;
  if v_action = 'block' then
    perform app_private.refuse_checkout(v_booking);
  elsif v_action = 'review' then
    perform app_private.hold_for_review(v_booking);
  elsif v_requires_approval then
    perform app_private.request_approval(v_booking);
  else
    perform app_private.proceed_to_payment(v_booking);
  end if;
  perform app_private.remember_language_of_buyer(v_booking);
  perform app_private.keep_result(start_checkout.idempotency_key, v_booking.id);
  select * into strict v_booking from app_public.bookings as b where b.id = v_booking.id;
  return app_private.masked_booking(v_booking);
end
$$;

comment on function app_public.start_checkout(uuid, text, text, text, text, text) is
  'Freezes a draft, prolongs its hold if that is short, and asks for the payment; a free booking '
  'is confirmed at once. A user''s own address and name are the defaults. The rules against '
  'fraud may return it canceled (not accepted; its seats are free) or as fraud_hold (somebody '
  'looks at it first), and a category that requires approval as pending_approval. Raises LMBKG, '
  'LMBST, LMEXP, LMCON (no e-mail address), LMQTY (empty), LMEVT, LMSAL, LMINP, LMSES, LMCRT, '
  'LMIDK (also for a checkout that reopen_checkout took back), LMLIM (the organization''s plan), '
  'LMMAX (one buyer gets no more), LMPLN (its payment plan is not for it any more), LMAMT (a card '
  'cannot be charged so little, or so much), LMDSC (one buyer uses the discount code no more '
  'often), LMNFD (a private event without its code).';
grant execute on function app_public.start_checkout(uuid, text, text, text, text, text)
  to lml_anonymous, lml_user;
