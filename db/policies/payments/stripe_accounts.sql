-- Staff who may read payouts, and the platform's.
alter table app_public.stripe_accounts enable row level security;
alter table app_public.stripe_accounts force row level security;

drop policy if exists all_owner on app_public.stripe_accounts;
create policy all_owner on app_public.stripe_accounts
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.stripe_accounts;
create policy select_member on app_public.stripe_accounts
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('payouts.read')))
  );

drop policy if exists select_staff on app_public.stripe_accounts;
create policy select_staff on app_public.stripe_accounts
  for select to lml_user
  using ((select app_hidden.current_platform_role()) is not null);

revoke all on app_public.stripe_accounts from public;
grant select on app_public.stripe_accounts to lml_user;
