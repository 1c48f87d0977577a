-- For who may read members.
alter table app_public.organization_invitations enable row level security;
alter table app_public.organization_invitations force row level security;

drop policy if exists all_owner on app_public.organization_invitations;
create policy all_owner on app_public.organization_invitations
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.organization_invitations;
create policy select_member on app_public.organization_invitations
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('members.read')))
  );

revoke all on app_public.organization_invitations from public;
grant select on app_public.organization_invitations to lml_user;
