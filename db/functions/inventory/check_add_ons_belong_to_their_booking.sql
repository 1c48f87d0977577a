create or replace function app_private.check_add_ons_belong_to_their_booking()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'add_ons_belong_to_their_booking', c.organization_id, c.booking_id,
    format('%s of add-on %s for a booking that is %s', c.quantity, c.add_on_id, b.status)
  from app_private.add_on_claims as c
  join app_public.bookings as b on b.organization_id = c.organization_id and b.id = c.booking_id
  where (c.held_until is null and not app_private.is_sold(b.status))
    or (c.held_until > now() and not app_private.is_open(b.status))
$$;

comment on function app_private.check_add_ons_belong_to_their_booking() is
  'Add-ons that are taken for a booking that has no right to them.';
