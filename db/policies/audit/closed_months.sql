-- Reached through definer functions only.
alter table app_private.closed_months enable row level security;
alter table app_private.closed_months force row level security;

drop policy if exists all_owner on app_private.closed_months;
create policy all_owner on app_private.closed_months
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.closed_months from public;
