-- Reached through definer functions only.
alter table app_private.stripe_calls enable row level security;
alter table app_private.stripe_calls force row level security;

drop policy if exists all_owner on app_private.stripe_calls;
create policy all_owner on app_private.stripe_calls
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.stripe_calls from public;
