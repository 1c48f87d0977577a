create or replace function app_private.return_payment(
  intent app_public.payment_intents, asked_cents bigint
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_before app_public.bookings;
begin
  -- It had asked for this money, and others have its seats: whether or not the sweep was here, the
  -- refund must find it ended. Money that it had not asked for leaves it alone, and so does money
  -- that came before an answer.
  update app_public.bookings as b
  set status = 'expired', expires_at = null
  where b.id = (return_payment.intent).booking_id and b.status = 'pending_payment'
    and app_private.capture_method_of(b) <> 'manual'
    and case when (return_payment.intent).schedule_id is null
      then b.payment_plan_id is null
        and b.total_amount_cents <= (return_payment.intent).amount_cents
      else b.payment_plan_id is not null
        and (return_payment.intent).amount_cents = return_payment.asked_cents
    end
  returning old.* into v_before;
  if found then
    perform app_private.let_go(v_before);
    perform app_private.withdraw_payment(b)
    from app_public.bookings as b where b.id = v_before.id;
  end if;
  perform app_private.queue_refund(
    return_payment.intent, (return_payment.intent).amount_cents, 'late_payment'
  );
  perform app_private.mail_refund(
    b, 'payment_returned', (return_payment.intent).amount_cents, 'late_payment'
  )
  from app_public.bookings as b where b.id = (return_payment.intent).booking_id;
end
$$;

comment on function app_private.return_payment(app_public.payment_intents, bigint) is
  'Queues the refund of a payment that buys nothing: too late, twice, or not what was asked for.';
