create or replace function app_hidden.opened_ticket_category_ids()
returns setof uuid
language sql stable security definer set search_path = ''
as $$
  select c.id
  from app_public.ticket_categories as c
  where c.event_id in (select app_hidden.opened_event_ids())
$$;

comment on function app_hidden.opened_ticket_category_ids() is
  'The ticket categories of opened_event_ids.';
grant execute on function app_hidden.opened_ticket_category_ids() to lml_anonymous, lml_user;
