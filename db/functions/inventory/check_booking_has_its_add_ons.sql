create or replace function app_private.check_booking_has_its_add_ons()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'booking_has_its_add_ons', b.organization_id, b.id,
    format(
      '%s of add-on %s, its line has %s', coalesce(c.quantity, 0), i.add_on_id,
      i.quantity - i.returned_quantity
    )
  from app_public.booking_items as i
  join app_public.bookings as b on b.organization_id = i.organization_id and b.id = i.booking_id
  join app_private.add_on_counters as s
    on s.organization_id = i.organization_id and s.add_on_id = i.add_on_id
  left join app_private.add_on_claims as c
    on c.organization_id = i.organization_id
    and c.add_on_id = i.add_on_id
    and c.booking_id = i.booking_id
    and c.held_until is not distinct from b.expires_at
  where app_private.is_live(b)
    and coalesce(c.quantity, 0) <> i.quantity - i.returned_quantity
$$;

comment on function app_private.check_booking_has_its_add_ons() is
  'A live booking that has taken more of an add-on than its line says, or less.';
