create or replace function app_private.check_admissions_belong_to_their_booking()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'admissions_belong_to_their_booking', c.organization_id, c.booking_id,
    format('%s places of pool %s for a booking that is %s', c.quantity, c.pool_id, b.status)
  from app_private.admission_claims as c
  join app_public.bookings as b on b.organization_id = c.organization_id and b.id = c.booking_id
  where (c.held_until is null and not app_private.is_sold(b.status))
    or (c.held_until > now() and not app_private.is_open(b.status))
$$;

comment on function app_private.check_admissions_belong_to_their_booking() is
  'Places that are taken for a booking that has no right to them.';
