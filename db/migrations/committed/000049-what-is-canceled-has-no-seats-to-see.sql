--! Previous: sha1:996a1de4effb68acbb4d5a7cc2ea2114915ee425
--! Hash: sha1:7dd8f822869a47bb516bf7069dac2e16cb021d3e
--! Message: What is canceled has no seats to see

--! split: 1000-functions-inventory-visible_performance.sql
-- What is public and to come, as most performances are, is decided by its own row.
create or replace function app_hidden.visible_performance(performance_id uuid)
returns app_public.performances
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_performance app_public.performances;
begin
  select p.* into v_performance
  from app_public.performances as p
  where p.id = visible_performance.performance_id;
  if not (v_performance.is_public and v_performance.status = 'scheduled')
    and not exists (
      select
      from app_public.events as e
      where e.id = v_performance.event_id
        and e.organization_id = v_performance.organization_id
        and e.status in ('published', 'postponed', 'completed')
        and (e.visibility <> 'private' or e.id in (select app_hidden.opened_event_ids()))
    )
    and not app_hidden.has_performance_permission(
      v_performance.organization_id, v_performance.id, 'events.read'
    )
  then
    return null;
  end if;
  return v_performance;
end
$$;

comment on function app_hidden.visible_performance(uuid) is
  'A performance, if it is public, opened by the request, or the caller''s.';
