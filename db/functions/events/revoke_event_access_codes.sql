create or replace function app_public.revoke_event_access_codes(event_id uuid)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events := app_private.lock_event(
    revoke_event_access_codes.event_id, 'events.manage'
  );
  v_count integer;
begin
  delete from app_private.event_access_codes as c
  where c.organization_id = v_event.organization_id and c.event_id = v_event.id;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

comment on function app_public.revoke_event_access_codes(uuid) is
  'Ends all access codes of an event; returns how many. Who has a ticket still sees it. '
  'Needs events.manage. Raises LMNFD, LMRGT.';
grant execute on function app_public.revoke_event_access_codes(uuid) to lml_user;
