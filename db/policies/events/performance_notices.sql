-- Worked off by definer functions only.
alter table app_private.performance_notices enable row level security;
alter table app_private.performance_notices force row level security;

drop policy if exists all_owner on app_private.performance_notices;
create policy all_owner on app_private.performance_notices
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.performance_notices from public;
