-- Whose it is, and who enters them.
alter table app_public.memberships enable row level security;
alter table app_public.memberships force row level security;

drop policy if exists all_owner on app_public.memberships;
create policy all_owner on app_public.memberships
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_own on app_public.memberships;
create policy select_own on app_public.memberships
  for select to lml_user
  using (user_id = (select app_hidden.current_user_id()));

drop policy if exists select_member on app_public.memberships;
create policy select_member on app_public.memberships
  for select to lml_user
  using (
    organization_id = any (array(
      select app_hidden.permitted_organization_ids('memberships.manage')
    ))
  );

revoke all on app_public.memberships from public;
grant select on app_public.memberships to lml_user;
