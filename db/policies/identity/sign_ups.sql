-- Reached through definer functions only.
alter table app_private.sign_ups enable row level security;
alter table app_private.sign_ups force row level security;

drop policy if exists all_owner on app_private.sign_ups;
create policy all_owner on app_private.sign_ups
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.sign_ups from public;
