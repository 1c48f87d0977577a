create or replace function app_private.check_parts_sum_to_their_booking()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
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
$$;

comment on function app_private.check_parts_sum_to_their_booking() is
  'A booking in parts whose parts do not sum to its total.';
