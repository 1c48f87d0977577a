-- Reached through definer functions only.
alter table app_private.ticket_credentials enable row level security;
alter table app_private.ticket_credentials force row level security;

drop policy if exists all_owner on app_private.ticket_credentials;
create policy all_owner on app_private.ticket_credentials
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.ticket_credentials from public;
