create or replace function app_public.revoke_trusted_device(device_id uuid)
returns app_public.trusted_devices
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_device app_public.trusted_devices;
begin
  perform app_hidden.refuse_impersonator();
  update app_public.trusted_devices as d
  set revoked_at = coalesce(d.revoked_at, now())
  where d.id = revoke_trusted_device.device_id and d.user_id = app_hidden.require_user_id()
  returning * into v_device;
  if v_device.id is null then
    raise exception 'There is no such device, or it is not yours.' using errcode = 'LMNFD';
  end if;
  return v_device;
end
$$;

comment on function app_public.revoke_trusted_device(uuid) is
  'From now on this device of the user''s needs a code again. Raises LMAUT, LMSES, LMNFD, LMIMP.';
grant execute on function app_public.revoke_trusted_device(uuid) to lml_user;
