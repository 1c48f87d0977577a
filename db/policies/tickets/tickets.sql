-- The owner of the booking, who goes on seeing what became of a ticket that was handed on; whoever
-- has it now; staff at the door or on the telephone, and scanners. PostgreSQL asks policies from
-- the last name to the first, until one says yes: most tickets are read by who bought them, and so
-- theirs comes first.
alter table app_public.tickets enable row level security;
alter table app_public.tickets force row level security;

drop policy if exists all_owner on app_public.tickets;
create policy all_owner on app_public.tickets
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_own on app_public.tickets;
create policy select_own on app_public.tickets
  for select to lml_anonymous, lml_user
  using (booking_id = any ((select app_hidden.own_booking_ids())::uuid[]));

drop policy if exists select_member on app_public.tickets;
create policy select_member on app_public.tickets
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('tickets.read')))
  );

drop policy if exists select_member_of_venue on app_public.tickets;
create policy select_member_of_venue on app_public.tickets
  for select to lml_user
  using (performance_id in (select app_hidden.permitted_performance_ids('tickets.read')));

drop policy if exists select_received on app_public.tickets;
drop policy if exists select_holder on app_public.tickets;
create policy select_holder on app_public.tickets
  for select to lml_anonymous, lml_user
  using (id = any (array(select app_hidden.received_ticket_ids())));

drop policy if exists select_device on app_public.tickets;
create policy select_device on app_public.tickets
  for select to lml_user
  using (performance_id in (select app_hidden.device_performance_ids()));

revoke all on app_public.tickets from public;
grant select on app_public.tickets to lml_anonymous, lml_user;
