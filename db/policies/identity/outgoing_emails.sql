-- Reached through definer functions only.
alter table app_private.outgoing_emails enable row level security;
alter table app_private.outgoing_emails force row level security;

drop policy if exists all_owner on app_private.outgoing_emails;
create policy all_owner on app_private.outgoing_emails
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.outgoing_emails from public;
