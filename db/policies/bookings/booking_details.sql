-- Whoever sees the booking, with its names.
alter table app_public.booking_details enable row level security;
alter table app_public.booking_details force row level security;

drop policy if exists all_owner on app_public.booking_details;
create policy all_owner on app_public.booking_details
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_with_booking on app_public.booking_details;
create policy select_with_booking on app_public.booking_details
  for select to lml_anonymous, lml_user
  using (exists (
    select from app_public.bookings as b
    where b.organization_id = booking_details.organization_id and b.id = booking_details.booking_id
  ));

revoke all on app_public.booking_details from public;
grant select on app_public.booking_details to lml_anonymous, lml_user;
