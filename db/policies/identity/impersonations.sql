-- The person sees who acted in their name, and staff sees what colleagues did.
alter table app_public.impersonations enable row level security;
alter table app_public.impersonations force row level security;

drop policy if exists all_owner on app_public.impersonations;
create policy all_owner on app_public.impersonations
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_own on app_public.impersonations;
create policy select_own on app_public.impersonations
  for select to lml_user
  using (user_id = (select app_hidden.current_user_id()));

drop policy if exists select_staff on app_public.impersonations;
create policy select_staff on app_public.impersonations
  for select to lml_user
  using ((select app_hidden.current_platform_role()) is not null);

revoke all on app_public.impersonations from public;
grant select on app_public.impersonations to lml_user;
