-- Whoever sees the booking with its names.
alter table app_public.delivery_addresses enable row level security;
alter table app_public.delivery_addresses force row level security;

drop policy if exists all_owner on app_public.delivery_addresses;
create policy all_owner on app_public.delivery_addresses
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_with_booking on app_public.delivery_addresses;
create policy select_with_booking on app_public.delivery_addresses
  for select to lml_anonymous, lml_user
  using (exists (
    select from app_public.bookings as b
    where b.organization_id = delivery_addresses.organization_id
      and b.id = delivery_addresses.booking_id
  ));

revoke all on app_public.delivery_addresses from public;
grant select on app_public.delivery_addresses to lml_anonymous, lml_user;
