-- Staff sees what happened at its doors, and a scanner what it did.
alter table app_public.ticket_scans enable row level security;
alter table app_public.ticket_scans force row level security;

drop policy if exists all_owner on app_public.ticket_scans;
create policy all_owner on app_public.ticket_scans
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.ticket_scans;
create policy select_member on app_public.ticket_scans
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('tickets.read')))
  );

drop policy if exists select_member_of_venue on app_public.ticket_scans;
create policy select_member_of_venue on app_public.ticket_scans
  for select to lml_user
  using (performance_id in (select app_hidden.permitted_performance_ids('tickets.read')));

drop policy if exists select_device on app_public.ticket_scans;
create policy select_device on app_public.ticket_scans
  for select to lml_user
  using (scanner_device_id = (select app_hidden.current_device_id()));

revoke all on app_public.ticket_scans from public;
grant select on app_public.ticket_scans to lml_user;
