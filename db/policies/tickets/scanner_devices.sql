-- Staff, and the scanner itself.
alter table app_public.scanner_devices enable row level security;
alter table app_public.scanner_devices force row level security;

drop policy if exists all_owner on app_public.scanner_devices;
create policy all_owner on app_public.scanner_devices
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.scanner_devices;
create policy select_member on app_public.scanner_devices
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('tickets.read')))
  );

drop policy if exists select_member_of_venue on app_public.scanner_devices;
create policy select_member_of_venue on app_public.scanner_devices
  for select to lml_user
  using (venue_id = any (array(select app_hidden.permitted_venue_ids('tickets.read'))));

drop policy if exists select_device on app_public.scanner_devices;
create policy select_device on app_public.scanner_devices
  for select to lml_user
  using (id = (select app_hidden.current_device_id()));

revoke all on app_public.scanner_devices from public;
grant select on app_public.scanner_devices to lml_user;
