create or replace function app_public.checkout_for_customer(
  booking_id uuid, payment app_public.staff_payment, note text default null,
  override_reason text default null, pay_within_hours integer default 24,
  idempotency_key text default null
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_booking_of_staff(
    checkout_for_customer.booking_id, 'bookings.sell'
  );
  v_requires_approval boolean;
  v_waits boolean;
  v_constraint text;
  v_column text;
begin
  if app_private.replay_result(
    checkout_for_customer.idempotency_key, 'checkout_for_customer',
    jsonb_build_array(
      checkout_for_customer.booking_id, checkout_for_customer.payment,
      checkout_for_customer.note, checkout_for_customer.override_reason,
      checkout_for_customer.pay_within_hours
    )
  ) is not null then
    return app_private.masked_booking(v_booking);
  end if;
  perform app_private.require_draft_of_staff(v_booking, checkout_for_customer.pay_within_hours);
  perform app_private.open_sale(v_booking.performance_id);
  if app_private.tickets_in(v_booking) = 0 then
    raise exception 'The booking is empty.' using errcode = 'LMQTY', detail = '0';
  end if;
  v_requires_approval := app_private.asks_for_approval(v_booking);
  v_waits := v_requires_approval and not app_private.may_approve(v_booking);
  -- Nobody takes money for what may be declined.
  if v_waits and checkout_for_customer.payment <> 'link' then
    raise exception 'Somebody else has to approve this sale first.'
      using errcode = 'LMRGT', detail = 'bookings.manage',
        hint = 'Sell it by link: the request waits, and the customer pays after a yes.';
  end if;
  update app_public.staff_sales as s
  set payment = checkout_for_customer.payment, note = checkout_for_customer.note,
    override_reason = checkout_for_customer.override_reason
  where s.organization_id = v_booking.organization_id and s.booking_id = v_booking.id;
  if checkout_for_customer.payment = 'complimentary' then
    perform app_hidden.require_performance_permission(
      v_booking.organization_id, v_booking.performance_id, 'bookings.manage'
    );
    v_booking := app_private.waive_lines(v_booking);
  end if;
  perform app_private.require_revenue_limit(v_booking);
  if checkout_for_customer.override_reason is null then
    perform app_private.require_buyer_limits(v_booking);
  end if;
  perform app_private.prolong_hold(
    v_booking,
    case when checkout_for_customer.payment = 'link'
      then now() + make_interval(hours => checkout_for_customer.pay_within_hours)
      else v_booking.expires_at end
  );
  -- Only who pays by card pays in parts.
  update app_public.bookings as b
  set checkout_started_at = now(),
    payment_plan_id = case when checkout_for_customer.payment = 'link' then b.payment_plan_id end
  where b.id = v_booking.id
  returning * into v_booking;
  perform app_private.require_card_amount(v_booking) where checkout_for_customer.payment = 'link';

  if v_requires_approval and not v_waits then
    perform app_private.approve_by_selling(
      v_booking, checkout_for_customer.pay_within_hours
    );
  end if;
  if v_waits then
    perform app_private.await_answer(v_booking);
  else
    perform app_private.sell_to_customer(v_booking, checkout_for_customer.payment);
  end if;
  select * into strict v_booking from app_public.bookings as b where b.id = v_booking.id;
  perform app_private.keep_result(checkout_for_customer.idempotency_key, v_booking.id);
  return app_private.masked_booking(v_booking);
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.checkout_for_customer(
  uuid, app_public.staff_payment, text, text, integer, text
) is
  'Sells what was held for a customer: by a link that is mailed to them, which they may use for '
  'pay_within_hours; for cash or by the terminal at the counter; on invoice, whose money is taken '
  'later with take_payment; or complimentary, with a note that says for whom (needs '
  'bookings.manage too). The limits of one buyer hold unless override_reason says why not. '
  'A category that requires approval is approved by selling it with bookings.manage; others sell '
  'it by link, and it waits as pending_approval. '
  'Needs bookings.sell at the venue. Raises LMBST, LMEXP, LMQTY, LMEVT, LMSAL, LMMAX, LMLIM, '
  'LMPLN, LMAMT (by link), LMINP, LMNFD, LMRGT, LMIDK, LMAUT, LMSES.';
grant execute on function app_public.checkout_for_customer(
  uuid, app_public.staff_payment, text, text, integer, text
) to lml_user;
