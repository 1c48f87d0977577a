create or replace function app_public.register_scanner_device(
  venue_id uuid, name text, gate_id uuid default null
)
returns app_public.scanner_registration
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_organization_id uuid;
  v_token text := app_public.create_cart_token();
  v_id uuid;
  v_constraint text;
  v_column text;
begin
  -- Its token would outlast acting in somebody's name.
  perform app_hidden.refuse_impersonator();
  select v.organization_id into v_organization_id
  from app_public.venues as v where v.id = register_scanner_device.venue_id;
  perform app_hidden.require_venue_permission(
    v_organization_id, register_scanner_device.venue_id, 'gates.manage'
  );
  insert into app_public.scanner_devices (
    organization_id, venue_id, gate_id, name, registered_by
  )
  values (
    v_organization_id, register_scanner_device.venue_id, register_scanner_device.gate_id,
    register_scanner_device.name, app_hidden.current_user_id()
  )
  returning id into v_id;
  insert into app_private.scanner_tokens (token_hash, organization_id, device_id)
  values (app_hidden.hash_token(v_token), v_organization_id, v_id);
  return row(v_id, v_token);
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
  when foreign_key_violation then
    raise exception 'There is no such gate at this venue.'
      using errcode = 'LMNFD', detail = register_scanner_device.gate_id::text;
end
$$;

comment on function app_public.register_scanner_device(uuid, text, uuid) is
  'Registers a scanner of a venue. Its token, sent as a session''s is, lets it scan there, online '
  'and offline, and do nothing else; it is shown this once. Needs gates.manage. Raises LMNFD, '
  'LMRGT, LMINP, LMIMP, LMAUT, LMSES.';
grant execute on function app_public.register_scanner_device(uuid, text, uuid) to lml_user;
