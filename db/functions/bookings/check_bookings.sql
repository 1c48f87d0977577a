create or replace function app_private.check_bookings()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable security definer set search_path = ''
as $$
  select
    'booking_is_sum_of_its_lines', b.organization_id, b.id,
    format('lines sum to %s, the booking to %s', coalesce(i.total, 0), b.total_amount_cents)
  from app_public.bookings as b
  left join lateral (
    select sum(i.total_cents) as total
    from app_public.booking_items as i
    where i.organization_id = b.organization_id and i.booking_id = b.id
  ) as i on true
  where coalesce(i.total, 0) <> b.total_amount_cents

  union all
  select
    'parts_sum_to_their_booking', b.organization_id, b.id,
    format('its parts sum to %s, the booking to %s', coalesce(s.total, 0), b.total_amount_cents)
  from app_public.bookings as b
  left join lateral (
    select sum(s.amount_cents) as total
    from app_public.booking_payment_schedule as s
    where s.organization_id = b.organization_id and s.booking_id = b.id
  ) as s on true
  where (s.total is not null or b.status = 'partially_paid')
    and coalesce(s.total, 0) <> b.total_amount_cents

  union all
  select
    'status_is_the_last_logged', b.organization_id, b.id,
    format('the booking is %s, its log says %s', b.status, coalesce(t.to_status::text, 'nothing'))
  from app_public.bookings as b
  left join lateral (
    select t.to_status
    from app_public.booking_state_transitions as t
    where t.organization_id = b.organization_id and t.booking_id = b.id
    order by t.id desc
    limit 1
  ) as t on true
  where t.to_status is distinct from b.status
    -- Nothing is left of what was dropped by retention.
    and (
      t.to_status is not null
      or not exists (
        select from app_private.closed_months as c
        where c.table_name = 'booking_state_transitions'
          and c.dropped_at is not null
          and b.created_at < (c.month + interval '1 month') at time zone 'UTC'
      )
    )

  union all
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

  union all
  select
    'offer_to_who_waits_is_a_booking', w.organization_id, w.id,
    format('it is %s, and its booking %s', w.status, b.status)
  from app_public.waiting_list_entries as w
  join app_public.bookings as b on b.organization_id = w.organization_id and b.id = w.booking_id
  where b.performance_id <> w.performance_id
    or w.status = 'taken' and b.confirmed_at is null
    -- A job settles what has run out, a minute later unless it has much to do.
    or w.status in ('gathering', 'offered')
      and coalesce(b.expires_at, b.updated_at) < now() - interval '1 hour'
$$;

comment on function app_private.check_bookings() is
  'What is inconsistent of bookings alone.';
