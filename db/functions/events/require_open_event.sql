create or replace function app_private.require_open_event(event app_public.events)
returns void
language plpgsql immutable set search_path = ''
as $$
begin
  if (require_open_event.event).status not in ('draft', 'published') then
    raise exception 'The event is %.', (require_open_event.event).status
      using errcode = 'LMEVT', detail = (require_open_event.event).id::text;
  end if;
end
$$;

comment on function app_private.require_open_event(app_public.events) is
  'Raises LMEVT when nothing can be added any more to what an event offers.';
