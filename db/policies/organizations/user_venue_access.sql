-- One sees one's own; who may read members sees all of the organization.
alter table app_public.user_venue_access enable row level security;
alter table app_public.user_venue_access force row level security;

drop policy if exists all_owner on app_public.user_venue_access;
create policy all_owner on app_public.user_venue_access
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_own on app_public.user_venue_access;
create policy select_own on app_public.user_venue_access
  for select to lml_user
  using (user_id = (select app_hidden.current_user_id()));

drop policy if exists select_member on app_public.user_venue_access;
create policy select_member on app_public.user_venue_access
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('members.read')))
  );

revoke all on app_public.user_venue_access from public;
grant select on app_public.user_venue_access to lml_user;
