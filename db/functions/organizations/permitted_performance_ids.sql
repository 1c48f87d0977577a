-- For tables that know their performance, and not its venue.
create or replace function app_hidden.permitted_performance_ids(permission text)
returns setof uuid
language sql stable security definer set search_path = ''
as $$
  select p.id
  from app_public.events as e
  join app_public.performances as p
    on p.event_id = e.id and p.organization_id = e.organization_id
  where e.venue_id in (
    select app_hidden.permitted_venue_ids(permitted_performance_ids.permission)
  )
$$;

comment on function app_hidden.permitted_performance_ids(text) is
  'The performances at the venues of permitted_venue_ids.';
grant execute on function app_hidden.permitted_performance_ids(text) to lml_anonymous, lml_user;
