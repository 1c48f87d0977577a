-- Reached through definer functions only.
alter table app_private.stripe_reachability enable row level security;
alter table app_private.stripe_reachability force row level security;

drop policy if exists all_owner on app_private.stripe_reachability;
create policy all_owner on app_private.stripe_reachability
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.stripe_reachability from public;
