-- Which kinds of events there are is no secret.
alter table app_public.event_categories enable row level security;
alter table app_public.event_categories force row level security;

drop policy if exists all_owner on app_public.event_categories;
create policy all_owner on app_public.event_categories
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_all on app_public.event_categories;
create policy select_all on app_public.event_categories
  for select to lml_anonymous, lml_user
  using (true);

revoke all on app_public.event_categories from public;
grant select on app_public.event_categories to lml_anonymous, lml_user;
