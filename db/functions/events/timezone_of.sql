create or replace function app_hidden.timezone_of(event app_public.events)
returns text
language sql stable security definer set search_path = ''
as $$
  select coalesce((timezone_of.event).timezone, (
    select v.timezone from app_public.venues as v
    where v.organization_id = (timezone_of.event).organization_id
      and v.id = (timezone_of.event).venue_id
  ))
$$;

comment on function app_hidden.timezone_of(app_public.events) is
  'The IANA zone in which the dates of an event are meant.';
