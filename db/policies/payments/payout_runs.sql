-- Reached through definer functions only.
alter table app_private.payout_runs enable row level security;
alter table app_private.payout_runs force row level security;

drop policy if exists all_owner on app_private.payout_runs;
create policy all_owner on app_private.payout_runs
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.payout_runs from public;
