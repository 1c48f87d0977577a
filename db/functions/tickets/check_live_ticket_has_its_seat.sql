create or replace function app_private.check_live_ticket_has_its_seat()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'live_ticket_has_its_seat', t.organization_id, t.id,
    format('ticket %s has no seat that is booked for it', t.ticket_number)
  from app_public.tickets as t
  where t.status in ('valid', 'used')
    and t.seat_no is not null
    and not exists (
      select from app_public.seat_booking_state as s
      where s.organization_id = t.organization_id
        and s.performance_id = t.performance_id
        and s.seat_no = t.seat_no
        and s.status = 'booked'
        and s.booking_id = t.booking_id
    )
$$;

comment on function app_private.check_live_ticket_has_its_seat() is
  'A live ticket whose seat is not sold to its booking.';
