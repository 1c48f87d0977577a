-- When it was compared is for everybody who may read payments somewhere: it tells of nobody.
alter table app_public.reconciliation_runs enable row level security;
alter table app_public.reconciliation_runs force row level security;

drop policy if exists all_owner on app_public.reconciliation_runs;
create policy all_owner on app_public.reconciliation_runs
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.reconciliation_runs;
create policy select_member on app_public.reconciliation_runs
  for select to lml_user
  using ((select exists (select app_hidden.permitted_organization_ids('payments.read'))));

drop policy if exists select_staff on app_public.reconciliation_runs;
create policy select_staff on app_public.reconciliation_runs
  for select to lml_user
  using ((select app_hidden.current_platform_role()) is not null);

revoke all on app_public.reconciliation_runs from public;
grant select on app_public.reconciliation_runs to lml_user;
