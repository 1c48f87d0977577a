create or replace function app_private.check_ticket_is_blocked_with_its_booking()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'ticket_is_blocked_with_its_booking', t.organization_id, t.id,
    format('ticket %s is %s, its booking is %s', t.ticket_number,
      case when t.is_disputed then 'blocked' else 'not blocked' end, b.status)
  from app_public.tickets as t
  join app_public.bookings as b on b.organization_id = t.organization_id and b.id = t.booking_id
  where t.is_disputed <> (b.status = 'disputed' and t.status in ('valid', 'used'))
$$;

comment on function app_private.check_ticket_is_blocked_with_its_booking() is
  'A ticket that is blocked while its booking is not disputed, or the other way round.';
