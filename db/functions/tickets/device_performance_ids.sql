-- A scanner that is lost tells nothing of last year's audience.
create or replace function app_hidden.device_performance_ids()
returns setof uuid
language sql stable security definer set search_path = ''
as $$
  select p.id
  from app_public.events as e
  join app_public.performances as p
    on p.event_id = e.id and p.organization_id = e.organization_id
  where e.venue_id in (select app_hidden.device_venue_ids())
    and p.starts_at > now() - interval '2 days'
$$;

comment on function app_hidden.device_performance_ids() is
  'For policies: what is on at the venue of the scanner that is asking.';
grant execute on function app_hidden.device_performance_ids() to lml_user;
