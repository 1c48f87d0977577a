-- Who was in time is confirmed, and refunded with the others when the event is canceled; nobody
-- comes after them. The lock makes a cancellation wait that is under way. Of a pass all dates
-- count, in the order of ids, which is that of a cancellation: a pass is made after its dates.
create or replace function app_private.may_be_paid_late(booking app_public.bookings)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_ids uuid[] := array(
    select d.performance_id from app_public.pass_dates as d
    where d.organization_id = (may_be_paid_late.booking).organization_id
      and d.pass_id = (may_be_paid_late.booking).performance_id
  ) || (may_be_paid_late.booking).performance_id;
begin
  perform from app_public.performances as p
  where p.organization_id = (may_be_paid_late.booking).organization_id and p.id = any (v_ids)
  order by p.id
  for share;
  return not exists (
    select from app_public.performances as p
    where p.organization_id = (may_be_paid_late.booking).organization_id
      and p.id = (may_be_paid_late.booking).performance_id
      and p.status = 'canceled'
  )
  and not app_private.has_lost_date(may_be_paid_late.booking)
  -- An order that nobody answered, and a cart that its buyer went back to, were not to be paid.
  and ((may_be_paid_late.booking).status <> 'expired' or exists (
    select from app_public.booking_state_transitions as t
    where t.organization_id = (may_be_paid_late.booking).organization_id
      and t.booking_id = (may_be_paid_late.booking).id
      and t.from_status = 'pending_payment'
      and t.to_status = 'expired'
  ));
end
$$;

comment on function app_private.may_be_paid_late(app_public.bookings) is
  'Whether a locked booking ran out while it was being paid, and everything that was chosen still '
  'takes place.';
