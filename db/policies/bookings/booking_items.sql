-- Whoever sees the booking.
alter table app_public.booking_items enable row level security;
alter table app_public.booking_items force row level security;

drop policy if exists all_owner on app_public.booking_items;
create policy all_owner on app_public.booking_items
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_with_booking on app_public.booking_items;
create policy select_with_booking on app_public.booking_items
  for select to lml_anonymous, lml_user
  using (exists (
    select from app_public.bookings as b
    where b.organization_id = booking_items.organization_id and b.id = booking_items.booking_id
  ));

revoke all on app_public.booking_items from public;
grant select on app_public.booking_items to lml_anonymous, lml_user;
