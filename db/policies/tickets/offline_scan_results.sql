-- Reached through definer functions only.
alter table app_private.offline_scan_results enable row level security;
alter table app_private.offline_scan_results force row level security;

drop policy if exists all_owner on app_private.offline_scan_results;
create policy all_owner on app_private.offline_scan_results
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.offline_scan_results from public;
