-- Terms are the business of its members.
alter table app_public.organization_settings enable row level security;
alter table app_public.organization_settings force row level security;

drop policy if exists all_owner on app_public.organization_settings;
create policy all_owner on app_public.organization_settings
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.organization_settings;
create policy select_member on app_public.organization_settings
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('organization.read')))
  );

drop policy if exists select_staff on app_public.organization_settings;
create policy select_staff on app_public.organization_settings
  for select to lml_user
  using ((select app_hidden.current_platform_role()) is not null);

revoke all on app_public.organization_settings from public;
grant select on app_public.organization_settings to lml_user;
