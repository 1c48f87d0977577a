-- Reached through definer functions only.
alter table app_private.merged_scans enable row level security;
alter table app_private.merged_scans force row level security;

drop policy if exists all_owner on app_private.merged_scans;
create policy all_owner on app_private.merged_scans
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.merged_scans from public;
