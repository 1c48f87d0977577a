-- Reached through definer functions only.
alter table app_private.saved_payment_methods enable row level security;
alter table app_private.saved_payment_methods force row level security;

drop policy if exists all_owner on app_private.saved_payment_methods;
create policy all_owner on app_private.saved_payment_methods
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.saved_payment_methods from public;
