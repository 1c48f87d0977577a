-- Read and written by functions only.
alter table app_private.seat_changes enable row level security;
alter table app_private.seat_changes force row level security;

drop policy if exists all_owner on app_private.seat_changes;
create policy all_owner on app_private.seat_changes
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.seat_changes from public;
