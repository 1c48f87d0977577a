-- The booking is locked. A part that is paid takes no second payment.
create or replace function app_private.receive_installment(intent app_public.payment_intents)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
begin
  select * into strict v_booking
  from app_public.bookings as b where b.id = (receive_installment.intent).booking_id
  for no key update;
  if exists (
    select from app_public.booking_payment_schedule as s
    where s.organization_id = v_booking.organization_id
      and s.id = (receive_installment.intent).schedule_id and s.status = 'paid'
  ) then
    return false;
  end if;
  -- A dispute of another part makes nobody pay this one twice.
  if v_booking.status not in ('partially_paid', 'disputed')
    and not app_private.confirm_booking(v_booking.id)
  then
    return false;
  end if;
  -- A late deposit brings the others back.
  update app_public.booking_payment_schedule as s
  set status = case when s.id = (receive_installment.intent).schedule_id
      then 'paid' else 'pending' end::app_public.installment_status,
    paid_at = case when s.id = (receive_installment.intent).schedule_id then now() end
  where s.organization_id = v_booking.organization_id and s.booking_id = v_booking.id
    and (s.id = (receive_installment.intent).schedule_id or s.status = 'canceled');
  if v_booking.status <> 'disputed' and not exists (
    select from app_public.booking_payment_schedule as s
    where s.organization_id = v_booking.organization_id and s.booking_id = v_booking.id
      and s.status <> 'paid'
  ) then
    update app_public.bookings as b
    set status = 'confirmed' where b.id = v_booking.id
    returning * into v_booking;
    perform app_private.issue_tickets(v_booking);
  end if;
  return true;
end
$$;

comment on function app_private.receive_installment(app_public.payment_intents) is
  'Marks a part of a price as paid: the deposit books the seats, the last one issues the tickets. '
  'False: it was paid already, or the booking takes no money any more.';
