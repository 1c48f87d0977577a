-- Reached through definer functions only.
alter table app_private.worker_heartbeats enable row level security;
alter table app_private.worker_heartbeats force row level security;

drop policy if exists all_owner on app_private.worker_heartbeats;
create policy all_owner on app_private.worker_heartbeats
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.worker_heartbeats from public;
