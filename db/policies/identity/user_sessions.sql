-- Everybody sees where they themselves are signed in; staff does too, to end it.
alter table app_public.user_sessions enable row level security;
alter table app_public.user_sessions force row level security;

drop policy if exists all_owner on app_public.user_sessions;
create policy all_owner on app_public.user_sessions
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_own on app_public.user_sessions;
create policy select_own on app_public.user_sessions
  for select to lml_user
  using (user_id = (select app_hidden.current_user_id()));

drop policy if exists select_staff on app_public.user_sessions;
create policy select_staff on app_public.user_sessions
  for select to lml_user
  using ((select app_hidden.current_platform_role()) is not null);

revoke all on app_public.user_sessions from public;
grant select on app_public.user_sessions to lml_user;
