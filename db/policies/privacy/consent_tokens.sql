-- Reached through definer functions only.
alter table app_private.consent_tokens enable row level security;
alter table app_private.consent_tokens force row level security;

drop policy if exists all_owner on app_private.consent_tokens;
create policy all_owner on app_private.consent_tokens
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.consent_tokens from public;
