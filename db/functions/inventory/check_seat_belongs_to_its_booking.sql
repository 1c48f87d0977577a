create or replace function app_private.check_seat_belongs_to_its_booking()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'seat_belongs_to_its_booking', s.organization_id, s.booking_id,
    format('seat %s of performance %s is not on a line of its booking', s.seat_no, s.performance_id)
  from app_public.seat_booking_state as s
  join app_public.bookings as b on b.organization_id = s.organization_id and b.id = s.booking_id
  where app_private.is_sold_or_held(s.status, s.locked_until)
    and not (
      b.performance_id = s.performance_id
      and (app_private.is_open(b.status) or app_private.is_sold(b.status))
      and exists (
        select from app_public.booking_items as i
        where i.organization_id = b.organization_id
          and i.booking_id = b.id
          and s.seat_no = any (i.seat_nos)
      )
    )
$$;

comment on function app_private.check_seat_belongs_to_its_booking() is
  'A seat that is held or sold to a booking that does not have it on a line.';
