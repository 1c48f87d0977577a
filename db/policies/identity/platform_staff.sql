-- Staff see each other; nobody else sees them.
alter table app_public.platform_staff enable row level security;
alter table app_public.platform_staff force row level security;

drop policy if exists all_owner on app_public.platform_staff;
create policy all_owner on app_public.platform_staff
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_staff on app_public.platform_staff;
create policy select_staff on app_public.platform_staff
  for select to lml_user
  using ((select app_hidden.current_platform_role()) is not null);

revoke all on app_public.platform_staff from public;
grant select on app_public.platform_staff to lml_user;
