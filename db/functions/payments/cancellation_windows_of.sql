-- Days are counted by the calendar of the event, so that a change of clocks moves no deadline.
create or replace function app_private.cancellation_windows_of(
  policy_id uuid, performance_id uuid
)
returns setof app_public.cancellation_term
language sql stable security definer set search_path = ''
as $$
  select
    w.days_before,
    ((p.starts_at at time zone z.zone) - make_interval(days => w.days_before)) at time zone z.zone,
    w.percentage, c.refunds_service_fees, c.refunds_processing_fees
  from app_public.cancellation_policies as c
  join app_public.cancellation_windows as w
    on w.organization_id = c.organization_id and w.policy_id = c.id
  join app_public.performances as p
    on p.organization_id = c.organization_id
    and p.id = cancellation_windows_of.performance_id
  join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
  cross join lateral (select coalesce(app_hidden.timezone_of(e), 'UTC') as zone) as z
  where c.id = cancellation_windows_of.policy_id
  order by w.days_before desc
$$;

comment on function app_private.cancellation_windows_of(uuid, uuid) is
  'The windows of a policy at a performance, the longest time before it first.';
