-- Reached through definer functions only.
alter table app_private.lost_dispute_signals enable row level security;
alter table app_private.lost_dispute_signals force row level security;

drop policy if exists all_owner on app_private.lost_dispute_signals;
create policy all_owner on app_private.lost_dispute_signals
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.lost_dispute_signals from public;
