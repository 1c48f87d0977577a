-- Reached through definer functions only.
alter table app_private.session_activity enable row level security;
alter table app_private.session_activity force row level security;

drop policy if exists all_owner on app_private.session_activity;
create policy all_owner on app_private.session_activity
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.session_activity from public;
