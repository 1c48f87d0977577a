-- A layout is public once a public performance uses it.
alter table app_public.venue_layouts enable row level security;
alter table app_public.venue_layouts force row level security;

drop policy if exists all_owner on app_public.venue_layouts;
create policy all_owner on app_public.venue_layouts
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_public on app_public.venue_layouts;
create policy select_public on app_public.venue_layouts
  for select to lml_anonymous, lml_user
  using (exists (
    select from app_public.performances as p
    where p.organization_id = venue_layouts.organization_id and p.layout_id = venue_layouts.id
  ));

drop policy if exists select_member on app_public.venue_layouts;
create policy select_member on app_public.venue_layouts
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('venues.read')))
  );

drop policy if exists select_member_of_venue on app_public.venue_layouts;
create policy select_member_of_venue on app_public.venue_layouts
  for select to lml_user
  using (venue_id = any (array(select app_hidden.permitted_venue_ids('venues.read'))));

revoke all on app_public.venue_layouts from public;
grant select on app_public.venue_layouts to lml_anonymous, lml_user;
