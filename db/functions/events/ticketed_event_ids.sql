-- Of a ticket that was handed on, whoever has it now, and not its buyer.
create or replace function app_hidden.ticketed_event_ids()
returns setof uuid
language sql stable security definer set search_path = ''
as $$
  select p.event_id
  from app_public.tickets as t
  join app_public.performances as p
    on p.organization_id = t.organization_id and p.id = t.performance_id
  where t.id in (select app_hidden.held_ticket_ids()) and t.status in ('valid', 'used')
$$;

comment on function app_hidden.ticketed_event_ids() is
  'The events for which the caller has a ticket that is good, bought or received.';
grant execute on function app_hidden.ticketed_event_ids() to lml_anonymous, lml_user;
