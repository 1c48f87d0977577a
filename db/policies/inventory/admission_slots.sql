-- Read and written by functions only.
alter table app_private.admission_slots enable row level security;
alter table app_private.admission_slots force row level security;

drop policy if exists all_owner on app_private.admission_slots;
create policy all_owner on app_private.admission_slots
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.admission_slots from public;
