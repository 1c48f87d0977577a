-- The books are for staff who may read payments.
alter table app_public.ledger_balances enable row level security;
alter table app_public.ledger_balances force row level security;

drop policy if exists all_owner on app_public.ledger_balances;
create policy all_owner on app_public.ledger_balances
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.ledger_balances;
create policy select_member on app_public.ledger_balances
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('payments.read')))
  );

revoke all on app_public.ledger_balances from public;
grant select on app_public.ledger_balances to lml_user;
