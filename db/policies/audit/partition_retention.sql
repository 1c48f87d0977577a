-- Reached through definer functions only.
alter table app_private.partition_retention enable row level security;
alter table app_private.partition_retention force row level security;

drop policy if exists all_owner on app_private.partition_retention;
create policy all_owner on app_private.partition_retention
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.partition_retention from public;
