-- Reached through definer functions only.
alter table app_private.stripe_customers enable row level security;
alter table app_private.stripe_customers force row level security;

drop policy if exists all_owner on app_private.stripe_customers;
create policy all_owner on app_private.stripe_customers
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.stripe_customers from public;
