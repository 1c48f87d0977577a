-- The platform's balance is the platform's business.
alter table app_public.reconciliation_balances enable row level security;
alter table app_public.reconciliation_balances force row level security;

drop policy if exists all_owner on app_public.reconciliation_balances;
create policy all_owner on app_public.reconciliation_balances
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_staff on app_public.reconciliation_balances;
create policy select_staff on app_public.reconciliation_balances
  for select to lml_user
  using ((select app_hidden.current_platform_role()) is not null);

revoke all on app_public.reconciliation_balances from public;
grant select on app_public.reconciliation_balances to lml_user;
