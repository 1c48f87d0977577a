-- Staff, and the scanners of the venue.
alter table app_public.entry_gates enable row level security;
alter table app_public.entry_gates force row level security;

drop policy if exists all_owner on app_public.entry_gates;
create policy all_owner on app_public.entry_gates
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.entry_gates;
create policy select_member on app_public.entry_gates
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('tickets.read')))
  );

drop policy if exists select_member_of_venue on app_public.entry_gates;
create policy select_member_of_venue on app_public.entry_gates
  for select to lml_user
  using (venue_id = any (array(select app_hidden.permitted_venue_ids('tickets.read'))));

drop policy if exists select_device on app_public.entry_gates;
create policy select_device on app_public.entry_gates
  for select to lml_user
  using (venue_id in (select app_hidden.device_venue_ids()));

revoke all on app_public.entry_gates from public;
grant select on app_public.entry_gates to lml_user;
