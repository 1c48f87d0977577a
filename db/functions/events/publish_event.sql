create or replace function app_public.publish_event(event_id uuid)
returns app_public.events
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_organization app_public.organizations;
  v_event app_public.events;
  v_performance_id uuid;
begin
  -- A stranger makes nobody wait.
  select * into v_event from app_public.events as e where e.id = publish_event.event_id;
  perform app_hidden.require_venue_permission(
    v_event.organization_id, v_event.venue_id, 'events.manage'
  );
  -- Before the event, as whoever suspends an organization does.
  select * into v_organization
  from app_public.organizations as o where o.id = v_event.organization_id
  for no key update of o;
  v_event := app_private.lock_event(publish_event.event_id, 'events.manage');
  if v_event.status = 'published' then
    return v_event;
  end if;
  if v_event.status <> 'draft' then
    raise exception 'The event is %.', v_event.status
      using errcode = 'LMEVT', detail = v_event.id::text;
  end if;
  if v_organization.status <> 'active' then
    perform app_private.raise_not_active(v_organization);
  end if;
  perform app_private.require_event_limit(v_event.organization_id);
  if not exists (
    select from app_public.performances as p
    where p.organization_id = v_event.organization_id and p.event_id = v_event.id
  ) then
    raise exception 'The event has no performance.'
      using errcode = 'LMPUB', hint = 'Add one with create_performance.';
  end if;
  -- It would be completed at once, or never, and count in its month all the same.
  if not exists (
    select from app_public.performances as p
    where p.organization_id = v_event.organization_id and p.event_id = v_event.id
      and p.status <> 'canceled' and coalesce(p.ends_at, p.starts_at) > now()
  ) then
    raise exception 'All performances of the event are over or canceled.'
      using errcode = 'LMPUB', hint = 'Give it a date that is still to come.';
  end if;

  for v_performance_id in
    select p.id from app_public.performances as p
    where p.organization_id = v_event.organization_id and p.event_id = v_event.id
      -- What was entered by mistake needs no prices.
      and p.status <> 'canceled'
    order by p.id
  loop
    perform app_private.create_inventory(v_performance_id);
  end loop;
  perform app_private.require_places(v_event);

  update app_public.events as e
  set status = 'published', published_at = now()
  where e.id = v_event.id
  returning * into v_event;
  return v_event;
end
$$;

comment on function app_public.publish_event(uuid) is
  'Creates the inventory of every performance and opens the event to the public; publishing a '
  'published event changes nothing. Needs events.manage. '
  'Raises LMNFD, LMRGT, LMEVT, LMORG (the organization is suspended), LMLIM (the plan''s limit), '
  'LMPUB (no performance that is still to come, one that has nothing to sell, a seat without '
  'exactly one category, or a section that no layout has).';
grant execute on function app_public.publish_event(uuid) to lml_user;
