-- Reached through definer functions only.
alter table app_private.stripe_balance_transactions enable row level security;
alter table app_private.stripe_balance_transactions force row level security;

drop policy if exists all_owner on app_private.stripe_balance_transactions;
create policy all_owner on app_private.stripe_balance_transactions
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.stripe_balance_transactions from public;
