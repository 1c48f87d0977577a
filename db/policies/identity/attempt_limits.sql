-- Reached through definer functions only.
alter table app_private.attempt_limits enable row level security;
alter table app_private.attempt_limits force row level security;

drop policy if exists all_owner on app_private.attempt_limits;
create policy all_owner on app_private.attempt_limits
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.attempt_limits from public;
