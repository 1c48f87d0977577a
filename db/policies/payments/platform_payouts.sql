-- Reached through definer functions only.
alter table app_private.platform_payouts enable row level security;
alter table app_private.platform_payouts force row level security;

drop policy if exists all_owner on app_private.platform_payouts;
create policy all_owner on app_private.platform_payouts
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.platform_payouts from public;
