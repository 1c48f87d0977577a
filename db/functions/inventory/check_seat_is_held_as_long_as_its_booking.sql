create or replace function app_private.check_seat_is_held_as_long_as_its_booking()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'seat_is_held_as_long_as_its_booking', s.organization_id, s.booking_id,
    format('seat %s is held until %s, not until %s', s.seat_no, s.locked_until, b.expires_at)
  from app_public.seat_booking_state as s
  join app_public.bookings as b on b.organization_id = s.organization_id and b.id = s.booking_id
  where s.status = 'locked'
    and app_private.is_open(b.status)
    and s.locked_until <> b.expires_at
    -- What is of an allocation goes back there by the sweep, and to nobody by itself.
    and not (
      s.locked_until = 'infinity'
      and exists (
        select from app_private.allocation_holds as h
        where h.organization_id = b.organization_id and h.booking_id = b.id
      )
    )
$$;

comment on function app_private.check_seat_is_held_as_long_as_its_booking() is
  'A seat that is held longer than its booking, or shorter.';
