-- For tables that know their event, and not its venue.
create or replace function app_hidden.permitted_event_ids(permission text)
returns setof uuid
language sql stable security definer set search_path = ''
as $$
  select e.id
  from app_public.events as e
  where e.venue_id in (select app_hidden.permitted_venue_ids(permitted_event_ids.permission))
$$;

comment on function app_hidden.permitted_event_ids(text) is
  'The events at the venues of permitted_venue_ids.';
grant execute on function app_hidden.permitted_event_ids(text) to lml_anonymous, lml_user;
