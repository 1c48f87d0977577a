-- Read and written by functions only.
alter table app_private.seat_changes_forgotten enable row level security;
alter table app_private.seat_changes_forgotten force row level security;

drop policy if exists all_owner on app_private.seat_changes_forgotten;
create policy all_owner on app_private.seat_changes_forgotten
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.seat_changes_forgotten from public;
