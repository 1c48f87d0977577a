create or replace function app_public.choose_payment_plan(
  booking_id uuid, payment_plan_id uuid default null
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_booking(
    choose_payment_plan.booking_id, 'bookings.sell'
  );
begin
  if v_booking.status in ('draft', 'pending_payment') and v_booking.expires_at <= now() then
    perform app_private.raise_hold_lapsed(v_booking);
  end if;
  if v_booking.status not in ('draft', 'pending_approval', 'pending_payment') then
    perform app_private.raise_booking_status(v_booking);
  end if;
  if v_booking.payment_plan_id is not distinct from choose_payment_plan.payment_plan_id then
    return app_private.masked_booking(v_booking);
  end if;
  -- A card is authorized for all of it.
  if v_booking.status in ('pending_payment', 'pending_approval')
    and app_private.capture_method_of(v_booking) = 'manual'
  then
    raise exception 'This order is paid at once, when it is approved.'
      using errcode = 'LMPLN', detail = 'manual';
  end if;
  if choose_payment_plan.payment_plan_id is not null then
    perform app_private.parts_of(v_booking, choose_payment_plan.payment_plan_id);
  end if;

  delete from app_public.booking_payment_schedule as s
  where s.organization_id = v_booking.organization_id and s.booking_id = v_booking.id;
  update app_public.bookings as b
  set payment_plan_id = choose_payment_plan.payment_plan_id
  where b.id = v_booking.id
  returning * into v_booking;
  if v_booking.status in ('pending_approval', 'pending_payment') then
    perform app_private.require_card_amount(v_booking);
  end if;
  if v_booking.status = 'pending_payment' then
    perform app_private.request_payment(v_booking);
  end if;
  return app_private.masked_booking(v_booking);
end
$$;

comment on function app_public.choose_payment_plan(uuid, uuid) is
  'Has a booking paid by a plan of its event, or at once without one, from before its checkout '
  'until something is paid. The dates are fixed when the deposit is asked for. '
  'Raises LMBKG, LMBST, LMEXP, LMNFD, LMPLN, LMAMT, LMSES, LMCRT.';
grant execute on function app_public.choose_payment_plan(uuid, uuid) to lml_anonymous, lml_user;
