create or replace function app_private.ticket_words(ticket_id uuid)
returns jsonb
language sql stable security definer set search_path = ''
as $$
  select app_private.performance_words(t.organization_id, t.performance_id) || jsonb_build_object(
    'seat', nullif(concat_ws(', ', t.section, t.row_name, t.seat_number), ''),
    'ticket', t.ticket_number,
    'isPostponed', p.status = 'postponed' and p.pass_name is null
  )
  from app_public.tickets as t
  join app_public.performances as p
    on p.organization_id = t.organization_id and p.id = t.performance_id
  where t.id = ticket_words.ticket_id
$$;

comment on function app_private.ticket_words(uuid) is 'What mails say of a ticket.';
