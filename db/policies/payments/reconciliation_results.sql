-- Staff who may read payments see what is theirs, the platform's staff everything.
alter table app_public.reconciliation_results enable row level security;
alter table app_public.reconciliation_results force row level security;

drop policy if exists all_owner on app_public.reconciliation_results;
create policy all_owner on app_public.reconciliation_results
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.reconciliation_results;
create policy select_member on app_public.reconciliation_results
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('payments.read')))
  );

drop policy if exists select_staff on app_public.reconciliation_results;
create policy select_staff on app_public.reconciliation_results
  for select to lml_user
  using ((select app_hidden.current_platform_role()) is not null);

revoke all on app_public.reconciliation_results from public;
grant select on app_public.reconciliation_results to lml_user;
