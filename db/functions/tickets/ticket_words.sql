create or replace function app_private.ticket_words(ticket_id uuid)
returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object(
    'event', e.title,
    'seat', nullif(concat_ws(', ', t.section, t.row_name, t.seat_number), ''),
    'startsAt', to_char(
      p.starts_at at time zone coalesce(v.timezone, 'UTC'), 'YYYY-MM-DD HH24:MI'
    ) || ' ' || coalesce(v.timezone, 'UTC'),
    'ticket', t.ticket_number
  )
  from app_public.tickets as t
  join app_public.performances as p
    on p.organization_id = t.organization_id and p.id = t.performance_id
  join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
  left join app_public.venues as v on v.organization_id = e.organization_id and v.id = e.venue_id
  where t.id = ticket_words.ticket_id
$$;

comment on function app_private.ticket_words(uuid) is 'What mails say of a ticket.';
