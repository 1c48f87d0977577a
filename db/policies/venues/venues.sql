-- A venue is public once something public happens there.
alter table app_public.venues enable row level security;
alter table app_public.venues force row level security;

drop policy if exists all_owner on app_public.venues;
create policy all_owner on app_public.venues
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_public on app_public.venues;
create policy select_public on app_public.venues
  for select to lml_anonymous, lml_user
  using (exists (
    select from app_public.events as e
    where e.organization_id = venues.organization_id and e.venue_id = venues.id
  ));

drop policy if exists select_member on app_public.venues;
create policy select_member on app_public.venues
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('venues.read')))
  );

drop policy if exists select_member_of_venue on app_public.venues;
create policy select_member_of_venue on app_public.venues
  for select to lml_user
  using (id = any (array(select app_hidden.permitted_venue_ids('venues.read'))));

revoke all on app_public.venues from public;
grant select on app_public.venues to lml_anonymous, lml_user;
