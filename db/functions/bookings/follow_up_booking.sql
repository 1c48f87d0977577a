-- One step at a time: whoever hears only now that something is overdue has all of the grace left,
-- however late the worker is.
create or replace function app_private.follow_up_booking(booking app_public.bookings)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := follow_up_booking.booking;
  v_part app_public.booking_payment_schedule;
begin
  -- A payment that Stripe is still working on is waited for.
  if exists (
    select from app_public.booking_payment_schedule as s
    where s.organization_id = v_booking.organization_id and s.booking_id = v_booking.id
      and s.status = 'overdue' and s.cancel_at <= now()
      and not exists (
        select from app_public.payment_intents as p
        where p.organization_id = s.organization_id and p.schedule_id = s.id
          and p.status = 'processing'
      )
  ) then
    perform app_private.cancel_overdue(v_booking);
    return;
  end if;
  for v_part in
    update app_public.booking_payment_schedule as s
    set status = 'overdue', overdue_at = now(), reminded_at = coalesce(s.reminded_at, now()),
      cancel_at = greatest(s.cancel_at, now() + (s.cancel_at - s.due_at))
    where s.organization_id = v_booking.organization_id and s.booking_id = v_booking.id
      and s.status = 'pending' and s.due_at <= now()
    returning *
  loop
    perform app_private.mail_installment(v_booking, v_part, 'installment_overdue');
  end loop;
  for v_part in
    update app_public.booking_payment_schedule as s
    set reminded_at = now()
    where s.organization_id = v_booking.organization_id and s.booking_id = v_booking.id
      and s.status = 'pending' and s.reminded_at is null and s.remind_at <= now()
    returning *
  loop
    perform app_private.mail_installment(v_booking, v_part, 'installment_due');
  end loop;
end
$$;

comment on function app_private.follow_up_booking(app_public.bookings) is
  'What is to be done now about the installments of a booking, which the caller has locked.';
