-- What happened to the tickets, in order, as far as it tells that the buyer had and used them.
create or replace function app_private.access_log_of(booking app_public.bookings)
returns text
language sql stable security definer set search_path = ''
as $$
  with facts as (
    select (access_log_of.booking).confirmed_at as at,
      format('Booking %s was paid and confirmed.', (access_log_of.booking).booking_reference)
        as fact
    union all
    select t.issued_at,
      format('Ticket %s was issued (%s%s).', t.ticket_number, t.delivery_method,
        case when t.delivery_status <> 'pending' then ', ' || t.delivery_status else '' end)
    from app_public.tickets as t
    where t.organization_id = (access_log_of.booking).organization_id
      and t.booking_id = (access_log_of.booking).id
    union all
    select x.ended_at, format('Ticket %s was handed on by its buyer.', t.ticket_number)
    from app_public.tickets as t
    join app_public.ticket_transfers as x
      on x.organization_id = t.organization_id and x.ticket_id = t.id and x.status = 'accepted'
    where t.organization_id = (access_log_of.booking).organization_id
      and t.booking_id = (access_log_of.booking).id
    union all
    select coalesce(s.offline_at, s.scanned_at),
      format('Ticket %s was scanned at the entrance%s and let %s.', t.ticket_number,
        coalesce(' ' || s.gate, ''), s.direction)
    from app_public.tickets as t
    join app_public.ticket_scans as s
      on s.organization_id = t.organization_id and s.ticket_id = t.id and s.result = 'success'
    where t.organization_id = (access_log_of.booking).organization_id
      and t.booking_id = (access_log_of.booking).id
  )
  select left(
    string_agg(
      to_char(f.at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS') || ' UTC ' || f.fact, e'\n'
      order by f.at, f.fact
    ),
    20000
  )
  from facts as f
  where f.at is not null
$$;

comment on function app_private.access_log_of(app_public.bookings) is
  'When the tickets of a booking were issued, handed on and used, in words.';
