create or replace function app_private.require_ongoing_event(event app_public.events)
returns void
language plpgsql immutable set search_path = ''
as $$
begin
  if (require_ongoing_event.event).status in ('canceled', 'completed') then
    raise exception 'The event is %: nothing is sold any more.',
        (require_ongoing_event.event).status
      using errcode = 'LMEVT', detail = (require_ongoing_event.event).status::text;
  end if;
end
$$;

comment on function app_private.require_ongoing_event(app_public.events) is
  'Raises LMEVT when an event has ended, or was canceled.';
