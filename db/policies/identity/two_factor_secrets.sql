-- Reached through definer functions only.
alter table app_private.two_factor_secrets enable row level security;
alter table app_private.two_factor_secrets force row level security;

drop policy if exists all_owner on app_private.two_factor_secrets;
create policy all_owner on app_private.two_factor_secrets
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.two_factor_secrets from public;
