-- For members who import layouts.
alter table app_public.layout_fetches enable row level security;
alter table app_public.layout_fetches force row level security;

drop policy if exists all_owner on app_public.layout_fetches;
create policy all_owner on app_public.layout_fetches
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.layout_fetches;
create policy select_member on app_public.layout_fetches
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('venues.manage')))
  );

drop policy if exists select_member_of_venue on app_public.layout_fetches;
create policy select_member_of_venue on app_public.layout_fetches
  for select to lml_user
  using (venue_id = any (array(select app_hidden.permitted_venue_ids('venues.manage'))));

revoke all on app_public.layout_fetches from public;
grant select on app_public.layout_fetches to lml_user;
