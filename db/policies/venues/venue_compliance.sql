-- For members who see the venue; never for visitors.
alter table app_public.venue_compliance enable row level security;
alter table app_public.venue_compliance force row level security;

drop policy if exists all_owner on app_public.venue_compliance;
create policy all_owner on app_public.venue_compliance
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.venue_compliance;
create policy select_member on app_public.venue_compliance
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('venues.manage')))
  );

drop policy if exists select_member_of_venue on app_public.venue_compliance;
create policy select_member_of_venue on app_public.venue_compliance
  for select to lml_user
  using (venue_id = any (array(select app_hidden.permitted_venue_ids('venues.manage'))));

revoke all on app_public.venue_compliance from public;
grant select on app_public.venue_compliance to lml_user;
