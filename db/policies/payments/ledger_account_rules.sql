-- What the kinds of accounts mean is no secret.
alter table app_public.ledger_account_rules enable row level security;
alter table app_public.ledger_account_rules force row level security;

drop policy if exists all_owner on app_public.ledger_account_rules;
create policy all_owner on app_public.ledger_account_rules
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_all on app_public.ledger_account_rules;
create policy select_all on app_public.ledger_account_rules
  for select to lml_user
  using (true);

revoke all on app_public.ledger_account_rules from public;
grant select on app_public.ledger_account_rules to lml_user;
