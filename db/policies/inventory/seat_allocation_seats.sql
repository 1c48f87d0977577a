-- For members: what is kept back, and for whom, is not told to buyers.
alter table app_public.seat_allocation_seats enable row level security;
alter table app_public.seat_allocation_seats force row level security;

drop policy if exists all_owner on app_public.seat_allocation_seats;
create policy all_owner on app_public.seat_allocation_seats
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.seat_allocation_seats;
create policy select_member on app_public.seat_allocation_seats
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('inventory.read')))
  );

drop policy if exists select_member_of_venue on app_public.seat_allocation_seats;
create policy select_member_of_venue on app_public.seat_allocation_seats
  for select to lml_user
  using (performance_id in (select app_hidden.permitted_performance_ids('inventory.read')));

revoke all on app_public.seat_allocation_seats from public;
grant select on app_public.seat_allocation_seats to lml_user;
