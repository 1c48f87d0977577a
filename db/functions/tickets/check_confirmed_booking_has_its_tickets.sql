create or replace function app_private.check_confirmed_booking_has_its_tickets()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'confirmed_booking_has_its_tickets', b.organization_id, b.id,
    format('%s live tickets of %s', t.live, i.sold)
  from app_public.bookings as b
  cross join lateral (
    select coalesce(sum(i.quantity - i.returned_quantity), 0) as sold
    from app_public.booking_items as i
    where i.organization_id = b.organization_id
      and i.booking_id = b.id
      and i.item_type in ('seat', 'admission')
  ) as i
  cross join lateral (
    select count(*) as live
    from app_public.tickets as t
    where t.organization_id = b.organization_id
      and t.booking_id = b.id
      and t.status in ('valid', 'used')
  ) as t
  where b.status in ('confirmed', 'completed') and t.live <> i.sold
$$;

comment on function app_private.check_confirmed_booking_has_its_tickets() is
  'A confirmed booking that has more live tickets than it bought, or fewer.';
