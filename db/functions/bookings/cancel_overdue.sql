create or replace function app_private.cancel_overdue(booking app_public.bookings)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
  v_deposit bigint;
  v_parts app_private.refund_part[];
begin
  select sum(s.amount_cents) into v_deposit
  from app_public.payment_plans as p
  join app_public.booking_payment_schedule as s
    on s.organization_id = p.organization_id and s.booking_id = (cancel_overdue.booking).id
    and s.installment_no = 0
  where p.id = (cancel_overdue.booking).payment_plan_id and p.overdue_action = 'keep_deposit';
  -- What is kept is what is left of the sale, with its share of commission, fees and tax.
  if v_deposit is null then
    v_parts := array(
      select p from app_private.parts_to_return(cancel_overdue.booking, null, 100, true, true) as p
    );
  else
    v_parts := array(
      select p
      from app_private.parts_of_amount(
        cancel_overdue.booking, (cancel_overdue.booking).total_amount_cents
          - (cancel_overdue.booking).refunded_cents - v_deposit
      ) as p
    );
  end if;
  v_booking := app_private.close_booking(
    cancel_overdue.booking, 'An installment was not paid.'
  );
  v_booking := app_private.take_sale_back(
    v_booking, v_parts, 'booking_canceled', 'An installment was not paid.'
  );
  perform app_private.withdraw_payment(v_booking);
  perform app_private.mail_booking(
    v_booking, 'installment_canceled',
    jsonb_strip_nulls(jsonb_build_object(
      'kept', app_hidden.money_text(v_deposit, v_booking.currency)
    ))
  );
end
$$;

comment on function app_private.cancel_overdue(app_public.bookings) is
  'Ends a locked booking of which an installment stayed unpaid: its seats are free, and what was '
  'paid goes back, but for the deposit where the plan keeps it.';
