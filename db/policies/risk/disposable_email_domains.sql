-- Reached through definer functions only.
alter table app_private.disposable_email_domains enable row level security;
alter table app_private.disposable_email_domains force row level security;

drop policy if exists all_owner on app_private.disposable_email_domains;
create policy all_owner on app_private.disposable_email_domains
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.disposable_email_domains from public;
