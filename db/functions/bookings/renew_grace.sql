-- The booking first, as everywhere. A pass has no day either while one of its dates has none.
create or replace function app_private.renew_grace(performance app_public.performances)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_ids uuid[] := array(select app_private.passes_for((renew_grace.performance).id))
    || (renew_grace.performance).id;
begin
  perform from app_public.bookings as b
  where b.organization_id = (renew_grace.performance).organization_id
    and b.performance_id = any (v_ids)
    and b.status = 'partially_paid'
  order by b.id
  for no key update;
  update app_public.booking_payment_schedule as s
  set cancel_at = greatest(s.cancel_at, now() + make_interval(days => p.grace_days))
  from app_public.bookings as b
  join app_public.payment_plans as p
    on p.organization_id = b.organization_id and p.id = b.payment_plan_id
  where b.organization_id = (renew_grace.performance).organization_id
    and b.performance_id = any (v_ids)
    and b.status = 'partially_paid'
    and s.organization_id = b.organization_id
    and s.booking_id = b.id
    and s.status = 'overdue';
end
$$;

comment on function app_private.renew_grace(app_public.performances) is
  'Gives whoever owes an installment of a date that has a day again, or of a pass for it, all of '
  'their time.';
