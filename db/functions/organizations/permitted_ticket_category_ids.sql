-- For tables that know their ticket category, and not its event.
create or replace function app_hidden.permitted_ticket_category_ids(permission text)
returns setof uuid
language sql stable security definer set search_path = ''
as $$
  select c.id
  from app_public.ticket_categories as c
  where c.event_id in (
    select app_hidden.permitted_event_ids(permitted_ticket_category_ids.permission)
  )
$$;

comment on function app_hidden.permitted_ticket_category_ids(text) is
  'The ticket categories of permitted_event_ids.';
grant execute on function app_hidden.permitted_ticket_category_ids(text)
  to lml_anonymous, lml_user;
