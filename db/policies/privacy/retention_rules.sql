-- Reached through definer functions only.
alter table app_private.retention_rules enable row level security;
alter table app_private.retention_rules force row level security;

drop policy if exists all_owner on app_private.retention_rules;
create policy all_owner on app_private.retention_rules
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.retention_rules from public;
