create or replace function app_private.check_canceled_performance_keeps_no_booking()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'canceled_performance_keeps_no_booking', b.organization_id, b.id,
    format('it is %s, and the cancellation is done', b.status)
  from app_public.event_cancellations as c
  join app_public.performances as p
    on p.organization_id = c.organization_id
    and p.event_id = c.event_id
    and p.id = coalesce(c.performance_id, p.id)
    and p.status = 'canceled'
  join app_public.bookings as b
    on b.organization_id = p.organization_id
    and b.performance_id = p.id
    and b.status in (
      'pending_payment', 'fraud_hold', 'pending_approval', 'partially_paid', 'confirmed'
    )
  where c.completed_at is not null
    and not exists (
      select from app_public.event_cancellation_failures as f
      where f.organization_id = b.organization_id and f.booking_id = b.id
    )
$$;

comment on function app_private.check_canceled_performance_keeps_no_booking() is
  'A booking that is left of a performance whose cancellation is done.';
