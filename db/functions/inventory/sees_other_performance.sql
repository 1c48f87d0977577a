create or replace function app_hidden.sees_other_performance(performance_id uuid)
returns boolean
language sql stable security definer set search_path = ''
as $$
  select exists (
      select
      from app_public.events as e
      where e.id = p.event_id
        and e.organization_id = p.organization_id
        and e.status in ('published', 'postponed', 'completed')
        and (e.visibility <> 'private' or e.id in (select app_hidden.opened_event_ids()))
    )
    or app_hidden.has_performance_permission(p.organization_id, p.id, 'events.read')
  from app_public.performances as p
  where p.id = sees_other_performance.performance_id
$$;

comment on function app_hidden.sees_other_performance(uuid) is
  'Whether a performance that is not simply public is shown to who asks; sees_performance decides.';
