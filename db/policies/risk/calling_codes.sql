-- Reached through definer functions only.
alter table app_private.calling_codes enable row level security;
alter table app_private.calling_codes force row level security;

drop policy if exists all_owner on app_private.calling_codes;
create policy all_owner on app_private.calling_codes
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.calling_codes from public;
