-- Everybody sees what was tried on their account; those who guard the platform see all of it.
alter table app_public.failed_attempts enable row level security;
alter table app_public.failed_attempts force row level security;

drop policy if exists all_owner on app_public.failed_attempts;
create policy all_owner on app_public.failed_attempts
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_own on app_public.failed_attempts;
create policy select_own on app_public.failed_attempts
  for select to lml_user
  using (user_id = (select app_hidden.current_user_id()));

drop policy if exists select_staff on app_public.failed_attempts;
create policy select_staff on app_public.failed_attempts
  for select to lml_user
  using ((select app_hidden.current_platform_role()) in ('security', 'admin'));

revoke all on app_public.failed_attempts from public;
grant select on app_public.failed_attempts to lml_user;
