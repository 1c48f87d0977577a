create or replace function app_public.allow_reentry(event_id uuid, reentry_limit integer)
returns app_public.events
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events := app_private.lock_event(allow_reentry.event_id, 'events.manage');
begin
  if allow_reentry.reentry_limit is null or allow_reentry.reentry_limit not between 0 and 100 then
    raise exception 'A holder comes back 0 to 100 times.'
      using errcode = 'LMINP', detail = 'reentry_limit';
  end if;
  update app_public.events as e
  set reentry_limit = allow_reentry.reentry_limit
  where e.id = v_event.id
  returning * into v_event;
  return v_event;
end
$$;

comment on function app_public.allow_reentry(uuid, integer) is
  'Says how often a holder who was scanned out may come in again; 0: not at all. '
  'Needs events.manage. Raises LMNFD, LMRGT, LMINP, LMAUT, LMSES.';
grant execute on function app_public.allow_reentry(uuid, integer) to lml_user;
