-- Changed by definer functions only.
alter table app_private.add_on_counters enable row level security;
alter table app_private.add_on_counters force row level security;

drop policy if exists all_owner on app_private.add_on_counters;
create policy all_owner on app_private.add_on_counters
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.add_on_counters from public;
