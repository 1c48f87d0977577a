-- Reached through definer functions only.
alter table app_private.recovery_codes enable row level security;
alter table app_private.recovery_codes force row level security;

drop policy if exists all_owner on app_private.recovery_codes;
create policy all_owner on app_private.recovery_codes
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.recovery_codes from public;
