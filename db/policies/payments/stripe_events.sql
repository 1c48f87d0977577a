-- Reached through definer functions only.
alter table app_private.stripe_events enable row level security;
alter table app_private.stripe_events force row level security;

drop policy if exists all_owner on app_private.stripe_events;
create policy all_owner on app_private.stripe_events
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.stripe_events from public;
