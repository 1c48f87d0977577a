-- The person sees why, once they are back, and staff always.
alter table app_public.user_suspensions enable row level security;
alter table app_public.user_suspensions force row level security;

drop policy if exists all_owner on app_public.user_suspensions;
create policy all_owner on app_public.user_suspensions
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_own on app_public.user_suspensions;
create policy select_own on app_public.user_suspensions
  for select to lml_user
  using (user_id = (select app_hidden.current_user_id()));

drop policy if exists select_staff on app_public.user_suspensions;
create policy select_staff on app_public.user_suspensions
  for select to lml_user
  using ((select app_hidden.current_platform_role()) is not null);

revoke all on app_public.user_suspensions from public;
grant select on app_public.user_suspensions to lml_user;
