-- One sees one's own memberships; who may read members sees all of the organization.
alter table app_public.organization_members enable row level security;
alter table app_public.organization_members force row level security;

drop policy if exists all_owner on app_public.organization_members;
create policy all_owner on app_public.organization_members
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_own on app_public.organization_members;
create policy select_own on app_public.organization_members
  for select to lml_user
  using (user_id = (select app_hidden.current_user_id()));

drop policy if exists select_member on app_public.organization_members;
create policy select_member on app_public.organization_members
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('members.read')))
  );

revoke all on app_public.organization_members from public;
grant select on app_public.organization_members to lml_user;
