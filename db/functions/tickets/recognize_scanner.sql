-- A scanner stands at the gate that it was registered for, unless another one is named.
create or replace function app_private.recognize_scanner(
  door app_private.door, performance_id uuid
)
returns app_private.door
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_door app_private.door := recognize_scanner.door;
  v_device app_public.scanner_devices;
begin
  select d.* into v_device
  from app_public.scanner_devices as d
  where d.id = app_hidden.current_device_id();
  if v_device.id is null then
    v_door.user_id := app_hidden.current_user_id();
    if app_hidden.has_performance_permission(
      v_door.organization_id, v_door.performance_id, 'tickets.scan'
    ) is not true then
      perform app_hidden.require_performance_permission(
        v_door.organization_id, v_door.performance_id, 'tickets.scan'
      );
    end if;
    return v_door;
  end if;

  if (v_device.organization_id, v_device.venue_id)
    is distinct from (v_door.organization_id, v_door.venue_id)
  then
    raise exception 'There is no such performance at the venue of this scanner.'
      using errcode = 'LMNFD', detail = format('%s', recognize_scanner.performance_id);
  end if;
  v_door.device_id := v_device.id;
  v_door.device := v_device.name;
  v_door.gate_id := coalesce(v_door.gate_id, v_device.gate_id);
  return v_door;
end
$$;

comment on function app_private.recognize_scanner(app_private.door, uuid) is
  'A door with the scanner, or the user who may scan there. Raises LMNFD, LMRGT, LMAUT, LMSES.';
