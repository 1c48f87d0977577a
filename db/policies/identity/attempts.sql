-- Reached through definer functions only.
alter table app_private.attempts enable row level security;
alter table app_private.attempts force row level security;

drop policy if exists all_owner on app_private.attempts;
create policy all_owner on app_private.attempts
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.attempts from public;
