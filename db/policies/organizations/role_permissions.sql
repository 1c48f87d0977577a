-- What roles may do is no secret.
alter table app_public.role_permissions enable row level security;
alter table app_public.role_permissions force row level security;

drop policy if exists all_owner on app_public.role_permissions;
create policy all_owner on app_public.role_permissions
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_all on app_public.role_permissions;
create policy select_all on app_public.role_permissions
  for select to lml_anonymous, lml_user
  using (true);

revoke all on app_public.role_permissions from public;
grant select on app_public.role_permissions to lml_anonymous, lml_user;
