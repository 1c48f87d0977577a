create or replace function app_public.revoke_scanner_device(device_id uuid)
returns app_public.scanner_devices
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_device app_public.scanner_devices;
begin
  select * into v_device
  from app_public.scanner_devices as d where d.id = revoke_scanner_device.device_id;
  perform app_hidden.require_venue_permission(
    v_device.organization_id, v_device.venue_id, 'gates.manage'
  );
  update app_public.scanner_devices as d
  set revoked_at = now(), revoked_by = app_hidden.current_user_id()
  where d.id = v_device.id and d.revoked_at is null;
  select * into strict v_device from app_public.scanner_devices as d where d.id = v_device.id;
  return v_device;
end
$$;

comment on function app_public.revoke_scanner_device(uuid) is
  'Makes a scanner''s token worthless at once. Needs gates.manage. '
  'Raises LMNFD, LMRGT, LMAUT, LMSES.';
grant execute on function app_public.revoke_scanner_device(uuid) to lml_user;
