create or replace function app_private.questions_for(ticket app_public.tickets)
returns setof app_public.attendee_questions
language sql stable security definer set search_path = ''
as $$
  select q.*
  from app_public.performances as p
  join app_public.attendee_questions as q
    on q.organization_id = p.organization_id and q.event_id = p.event_id
  where p.organization_id = (questions_for.ticket).organization_id
    and p.id = (questions_for.ticket).performance_id
    and coalesce(q.ticket_category_id, (questions_for.ticket).ticket_category_id)
      = (questions_for.ticket).ticket_category_id
$$;

comment on function app_private.questions_for(app_public.tickets) is
  'What is asked of whoever comes with a ticket, and what was.';
