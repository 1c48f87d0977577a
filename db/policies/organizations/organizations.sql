-- An active organization is public; its members always see it.
alter table app_public.organizations enable row level security;
alter table app_public.organizations force row level security;

drop policy if exists all_owner on app_public.organizations;
create policy all_owner on app_public.organizations
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_active on app_public.organizations;
create policy select_active on app_public.organizations
  for select to lml_anonymous, lml_user
  using (status = 'active');

drop policy if exists select_member on app_public.organizations;
create policy select_member on app_public.organizations
  for select to lml_user
  using (id = any (array(select app_hidden.permitted_organization_ids('organization.read'))));

drop policy if exists select_staff on app_public.organizations;
create policy select_staff on app_public.organizations
  for select to lml_user
  using ((select app_hidden.current_platform_role()) is not null);

revoke all on app_public.organizations from public;
grant select on app_public.organizations to lml_anonymous, lml_user;
