-- Reached through definer functions only.
alter table app_private.user_credentials enable row level security;
alter table app_private.user_credentials force row level security;

drop policy if exists all_owner on app_private.user_credentials;
create policy all_owner on app_private.user_credentials
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.user_credentials from public;
