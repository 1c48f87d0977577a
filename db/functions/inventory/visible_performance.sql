create or replace function app_hidden.visible_performance(performance_id uuid)
returns app_public.performances
language sql stable security definer set search_path = ''
as $$
  select p.*
  from app_public.performances as p
  join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
  where p.id = visible_performance.performance_id
    and (
      e.status in ('published', 'postponed', 'completed')
        and (e.visibility <> 'private' or e.id in (select app_hidden.opened_event_ids()))
      or app_hidden.has_performance_permission(p.organization_id, p.id, 'events.read')
    )
$$;

comment on function app_hidden.visible_performance(uuid) is
  'A performance, if it is public, opened by the request, or the caller''s.';
