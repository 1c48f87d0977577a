-- For who has a ticket, and for members.
alter table app_public.event_online_addresses enable row level security;
alter table app_public.event_online_addresses force row level security;

drop policy if exists all_owner on app_public.event_online_addresses;
create policy all_owner on app_public.event_online_addresses
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.event_online_addresses;
create policy select_member on app_public.event_online_addresses
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('events.read')))
  );

drop policy if exists select_member_of_venue on app_public.event_online_addresses;
create policy select_member_of_venue on app_public.event_online_addresses
  for select to lml_user
  using (event_id in (select app_hidden.permitted_event_ids('events.read')));

drop policy if exists select_holder on app_public.event_online_addresses;
create policy select_holder on app_public.event_online_addresses
  for select to lml_anonymous, lml_user
  using (event_id in (select app_hidden.ticketed_event_ids()));

revoke all on app_public.event_online_addresses from public;
grant select on app_public.event_online_addresses to lml_anonymous, lml_user;
