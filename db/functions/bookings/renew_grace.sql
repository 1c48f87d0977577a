-- The booking first, as everywhere.
create or replace function app_private.renew_grace(performance app_public.performances)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform from app_public.bookings as b
  where b.organization_id = (renew_grace.performance).organization_id
    and b.performance_id = (renew_grace.performance).id
    and b.status = 'partially_paid'
  order by b.id
  for no key update;
  update app_public.booking_payment_schedule as s
  set cancel_at = greatest(s.cancel_at, now() + make_interval(days => p.grace_days))
  from app_public.bookings as b
  join app_public.payment_plans as p
    on p.organization_id = b.organization_id and p.id = b.payment_plan_id
  where b.organization_id = (renew_grace.performance).organization_id
    and b.performance_id = (renew_grace.performance).id
    and b.status = 'partially_paid'
    and s.organization_id = b.organization_id
    and s.booking_id = b.id
    and s.status = 'overdue';
end
$$;

comment on function app_private.renew_grace(app_public.performances) is
  'Gives whoever owes an installment of a date that has a day again all of their time.';
