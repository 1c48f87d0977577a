create or replace function app_private.check_taken_back_is_sum_of_items()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'taken_back_is_sum_of_items', b.organization_id, b.id,
    format('its items sum to %s, its lines to %s, it says %s', i.total, l.total, b.refunded_cents)
  from app_public.bookings as b
  cross join lateral (
    select coalesce(sum(i.total_cents), 0) as total
    from app_public.refund_items as i
    where i.organization_id = b.organization_id and i.booking_id = b.id
  ) as i
  cross join lateral (
    select coalesce(sum(l.refunded_cents), 0) as total
    from app_public.booking_items as l
    where l.organization_id = b.organization_id and l.booking_id = b.id
  ) as l
  where b.confirmed_at is not null
    and (i.total <> b.refunded_cents or l.total <> b.refunded_cents)
$$;

comment on function app_private.check_taken_back_is_sum_of_items() is
  'A booking of which more counts as taken back than its items sum to, or less.';
