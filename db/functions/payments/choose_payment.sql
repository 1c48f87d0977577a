-- Said before checkout only: afterwards the payment is asked for as it was chosen, however often
-- that takes, since Stripe refuses one key with two requests.
create or replace function app_public.choose_payment(
  booking_id uuid, save_card boolean default false, payment_method_id uuid default null
)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id uuid := app_hidden.require_user_id();
  v_booking app_public.bookings := app_private.lock_booking(
    choose_payment.booking_id, 'bookings.manage'
  );
  v_customer_id uuid;
  v_saves boolean := coalesce(choose_payment.save_card, false)
    and choose_payment.payment_method_id is null;
begin
  -- Whose card it is decides what is taken from it, and what is kept of it.
  perform app_hidden.refuse_impersonator();
  if v_booking.user_id is distinct from v_user_id then
    raise exception 'There is no such booking, or it is not yours.'
      using errcode = 'LMBKG', detail = v_booking.id::text;
  end if;
  perform app_private.require_open_draft(v_booking);
  -- Of whoever went back to the cart: another card is another request, and a new attempt.
  perform app_private.withdraw_payment(v_booking);
  if choose_payment.payment_method_id is null and not v_saves then
    delete from app_private.payment_choices as c
    where c.organization_id = v_booking.organization_id and c.booking_id = v_booking.id;
    return false;
  end if;

  insert into app_private.stripe_customers (organization_id, user_id)
  values (v_booking.organization_id, v_user_id)
  on conflict on constraint stripe_customers_user_has_one_per_organization do nothing;
  select c.id into strict v_customer_id
  from app_private.stripe_customers as c
  where c.organization_id = v_booking.organization_id and c.user_id = v_user_id;
  if choose_payment.payment_method_id is not null and not exists (
    select from app_private.saved_payment_methods as m
    where m.organization_id = v_booking.organization_id
      and m.id = choose_payment.payment_method_id
      and m.stripe_customer_id = v_customer_id
      and m.removed_at is null
  ) then
    raise exception 'There is no such saved card, or it is not yours.'
      using errcode = 'LMNFD', detail = choose_payment.payment_method_id::text;
  end if;

  insert into app_private.payment_choices as c (
    booking_id, organization_id, stripe_customer_id, saved_payment_method_id, saves_card
  )
  values (
    v_booking.id, v_booking.organization_id, v_customer_id, choose_payment.payment_method_id,
    v_saves
  )
  on conflict on constraint payment_choices_pkey do update
  set saved_payment_method_id = excluded.saved_payment_method_id,
    saves_card = excluded.saves_card, chosen_at = now();
  return v_saves;
end
$$;

comment on function app_public.choose_payment(uuid, boolean, uuid) is
  'Before start_checkout: pay for a draft of yours with a saved card, or agree that the card you '
  'pay with is kept for next time. With neither, nothing is kept. Returns whether the card will '
  'be kept. Raises LMIMP, LMSES, LMBKG, LMBST, LMEXP, LMNFD (the card).';
grant execute on function app_public.choose_payment(uuid, boolean, uuid) to lml_user;
