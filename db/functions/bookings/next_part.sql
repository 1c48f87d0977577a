-- The schedule is written when the first part of it is asked for: until then the price may change.
create or replace function app_private.next_part(booking app_public.bookings)
returns app_public.booking_payment_schedule
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_part app_public.booking_payment_schedule;
begin
  insert into app_public.booking_payment_schedule (
    organization_id, booking_id, installment_no, due_at, amount_cents, remind_at, cancel_at
  )
  select
    (next_part.booking).organization_id, (next_part.booking).id, q.installment_no, q.due_at,
    q.amount_cents,
    case when q.installment_no > 0 then q.due_at - make_interval(days => p.reminder_days) end,
    case when q.installment_no > 0 then q.due_at + make_interval(days => p.grace_days) end
  from app_public.payment_plans as p
  cross join app_private.parts_of(next_part.booking, p.id) as q
  where p.id = (next_part.booking).payment_plan_id
    and not exists (
      select from app_public.booking_payment_schedule as s
      where s.organization_id = (next_part.booking).organization_id
        and s.booking_id = (next_part.booking).id
    );
  select * into v_part
  from app_public.booking_payment_schedule as s
  where s.organization_id = (next_part.booking).organization_id
    and s.booking_id = (next_part.booking).id
    and s.status in ('pending', 'overdue')
  order by s.installment_no
  limit 1;
  return v_part;
end
$$;

comment on function app_private.next_part(app_public.bookings) is
  'What is to be paid next of a booking with a plan, which the caller has locked. Raises LMPLN.';
