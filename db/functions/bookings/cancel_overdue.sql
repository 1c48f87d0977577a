create or replace function app_private.cancel_overdue(booking app_public.bookings)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
  v_intent app_public.payment_intents;
  v_deposit bigint;
begin
  select sum(s.amount_cents) into v_deposit
  from app_public.payment_plans as p
  join app_public.booking_payment_schedule as s
    on s.organization_id = p.organization_id and s.booking_id = (cancel_overdue.booking).id
    and s.installment_no = 0
  where p.id = (cancel_overdue.booking).payment_plan_id and p.overdue_action = 'keep_deposit';

  update app_public.bookings as b
  set status = 'canceled', canceled_at = now(),
    cancellation_reason = 'An installment was not paid.'
  where b.id = (cancel_overdue.booking).id
  returning * into v_booking;
  perform app_private.free_seats(v_booking, app_private.held_seat_nos(v_booking));
  perform app_private.free_admissions(v_booking);
  perform app_private.reverse_sale(v_booking);
  perform app_private.withdraw_payment(v_booking);
  if v_deposit is not null then
    perform app_private.post_forfeit(v_booking, v_deposit);
  end if;
  for v_intent in
    select p.*
    from app_public.payment_intents as p
    left join app_public.booking_payment_schedule as s
      on s.organization_id = p.organization_id and s.id = p.schedule_id
    where p.organization_id = v_booking.organization_id and p.booking_id = v_booking.id
      and p.received_cents > p.refunded_cents
      and (v_deposit is null or s.installment_no > 0)
    order by p.id
    for no key update of p
  loop
    perform app_private.queue_refund(
      v_intent, v_intent.received_cents - v_intent.refunded_cents, 'booking_canceled'
    );
  end loop;
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
