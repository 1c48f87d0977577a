create or replace function app_public.create_event_access_code(event_id uuid)
returns text
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events := app_private.lock_event(
    create_event_access_code.event_id, 'events.manage'
  );
  v_code text := app_public.create_cart_token();
begin
  insert into app_private.event_access_codes (code_hash, organization_id, event_id)
  values (app_hidden.hash_token(v_code), v_event.organization_id, v_event.id);
  return v_code;
end
$$;

comment on function app_public.create_event_access_code(uuid) is
  'A code that opens an unlisted or private event to whoever sends it as X-Event-Key. It cannot be '
  'shown again. Needs events.manage. Raises LMNFD, LMRGT.';
grant execute on function app_public.create_event_access_code(uuid) to lml_user;
