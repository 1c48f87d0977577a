-- For members, and for the platform's staff.
alter table app_public.organization_suspensions enable row level security;
alter table app_public.organization_suspensions force row level security;

drop policy if exists all_owner on app_public.organization_suspensions;
create policy all_owner on app_public.organization_suspensions
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.organization_suspensions;
create policy select_member on app_public.organization_suspensions
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('organization.read')))
  );

drop policy if exists select_staff on app_public.organization_suspensions;
create policy select_staff on app_public.organization_suspensions
  for select to lml_user
  using ((select app_hidden.current_platform_role()) is not null);

revoke all on app_public.organization_suspensions from public;
grant select on app_public.organization_suspensions to lml_user;
