-- Whoever sees the member.
alter table app_public.member_permissions enable row level security;
alter table app_public.member_permissions force row level security;

drop policy if exists all_owner on app_public.member_permissions;
create policy all_owner on app_public.member_permissions
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_with_member on app_public.member_permissions;
create policy select_with_member on app_public.member_permissions
  for select to lml_user
  using (exists (
    select from app_public.organization_members as m
    where m.organization_id = member_permissions.organization_id
      and m.id = member_permissions.member_id
  ));

revoke all on app_public.member_permissions from public;
grant select on app_public.member_permissions to lml_user;
