create or replace function app_public.publish_event(event_id uuid)
returns app_public.events
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events := app_private.lock_event(publish_event.event_id, 'events.manage');
  v_performance_id uuid;
begin
  if v_event.status = 'published' then
    return v_event;
  end if;
  if v_event.status <> 'draft' then
    raise exception 'The event is %.', v_event.status
      using errcode = 'LMEVT', detail = v_event.id::text;
  end if;
  if not exists (
    select from app_public.performances as p
    where p.organization_id = v_event.organization_id and p.event_id = v_event.id
  ) then
    raise exception 'The event has no performance.'
      using errcode = 'LMPUB', hint = 'Add one with create_performance.';
  end if;

  for v_performance_id in
    select p.id from app_public.performances as p
    where p.organization_id = v_event.organization_id and p.event_id = v_event.id
    order by p.id
  loop
    perform app_private.create_inventory(v_performance_id);
  end loop;

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
  'Raises LMNFD, LMRGT, LMEVT, LMPUB (no performance, or a seat without exactly one category).';
grant execute on function app_public.publish_event(uuid) to lml_user;
