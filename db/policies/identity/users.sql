-- Everybody sees themselves. What members see of each other comes with memberships.
alter table app_public.users enable row level security;
alter table app_public.users force row level security;

drop policy if exists all_owner on app_public.users;
create policy all_owner on app_public.users
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_own on app_public.users;
create policy select_own on app_public.users
  for select to lml_user
  using (id = (select app_hidden.current_user_id()));

revoke all on app_public.users from public;
grant select on app_public.users to lml_user;
