-- Whoever sees the booking.
alter table app_public.booking_payment_schedule enable row level security;
alter table app_public.booking_payment_schedule force row level security;

drop policy if exists all_owner on app_public.booking_payment_schedule;
create policy all_owner on app_public.booking_payment_schedule
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_with_booking on app_public.booking_payment_schedule;
create policy select_with_booking on app_public.booking_payment_schedule
  for select to lml_anonymous, lml_user
  using (exists (
    select from app_public.bookings as b
    where b.organization_id = booking_payment_schedule.organization_id
      and b.id = booking_payment_schedule.booking_id
  ));

revoke all on app_public.booking_payment_schedule from public;
grant select on app_public.booking_payment_schedule to lml_anonymous, lml_user;
