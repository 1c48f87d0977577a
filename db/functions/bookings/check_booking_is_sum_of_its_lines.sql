create or replace function app_private.check_booking_is_sum_of_its_lines()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
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
$$;

comment on function app_private.check_booking_is_sum_of_its_lines() is
  'A booking whose total is not the sum of its lines.';
