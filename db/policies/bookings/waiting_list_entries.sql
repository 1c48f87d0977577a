-- Whoever waits, and members who see bookings. It says who waits by a customer, whose name is for
-- whoever may see names.
alter table app_public.waiting_list_entries enable row level security;
alter table app_public.waiting_list_entries force row level security;

drop policy if exists all_owner on app_public.waiting_list_entries;
create policy all_owner on app_public.waiting_list_entries
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_own on app_public.waiting_list_entries;
create policy select_own on app_public.waiting_list_entries
  for select to lml_user
  using (user_id = (select app_hidden.current_user_id()));

drop policy if exists select_member on app_public.waiting_list_entries;
create policy select_member on app_public.waiting_list_entries
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('bookings.read')));

drop policy if exists select_member_of_venue on app_public.waiting_list_entries;
create policy select_member_of_venue on app_public.waiting_list_entries
  for select to lml_user
  using (performance_id in (select app_hidden.permitted_performance_ids('bookings.read')));

revoke all on app_public.waiting_list_entries from public;
grant select on app_public.waiting_list_entries to lml_user;
