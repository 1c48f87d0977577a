create or replace function app_private.require_scanner(door app_private.door)
returns void
language plpgsql immutable set search_path = ''
as $$
begin
  if (require_scanner.door).device_id is null then
    raise exception 'Only registered scanners work offline.'
      using errcode = 'LMDEV', hint = 'Register the device, and send its token.';
  end if;
end
$$;

comment on function app_private.require_scanner(app_private.door) is
  'Raises LMDEV for staff who scan without a scanner of the house.';
