-- Whoever has the ticket now, and staff that may read names: not who had it before.
alter table app_public.ticket_attendees enable row level security;
alter table app_public.ticket_attendees force row level security;

drop policy if exists all_owner on app_public.ticket_attendees;
create policy all_owner on app_public.ticket_attendees
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_holder on app_public.ticket_attendees;
create policy select_holder on app_public.ticket_attendees
  for select to lml_anonymous, lml_user
  using (ticket_id in (select app_hidden.held_ticket_ids()));

drop policy if exists select_member on app_public.ticket_attendees;
create policy select_member on app_public.ticket_attendees
  for select to lml_user
  using (
    organization_id = any (array(
      select app_hidden.permitted_organization_ids('customers.read_names')
    ))
  );

drop policy if exists select_member_of_venue on app_public.ticket_attendees;
create policy select_member_of_venue on app_public.ticket_attendees
  for select to lml_user
  using (performance_id in (select app_hidden.permitted_performance_ids('customers.read_names')));

revoke all on app_public.ticket_attendees from public;
grant select on app_public.ticket_attendees to lml_anonymous, lml_user;
