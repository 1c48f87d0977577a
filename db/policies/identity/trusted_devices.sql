-- Everybody sees their own devices.
alter table app_public.trusted_devices enable row level security;
alter table app_public.trusted_devices force row level security;

drop policy if exists all_owner on app_public.trusted_devices;
create policy all_owner on app_public.trusted_devices
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_own on app_public.trusted_devices;
create policy select_own on app_public.trusted_devices
  for select to lml_user
  using (user_id = (select app_hidden.current_user_id()));

revoke all on app_public.trusted_devices from public;
grant select on app_public.trusted_devices to lml_user;
