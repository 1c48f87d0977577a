-- Whoever sees the booking.
alter table app_public.discount_redemptions enable row level security;
alter table app_public.discount_redemptions force row level security;

drop policy if exists all_owner on app_public.discount_redemptions;
create policy all_owner on app_public.discount_redemptions
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_with_booking on app_public.discount_redemptions;
create policy select_with_booking on app_public.discount_redemptions
  for select to lml_anonymous, lml_user
  using (exists (
    select from app_public.bookings as b
    where b.organization_id = discount_redemptions.organization_id
      and b.id = discount_redemptions.booking_id
  ));

revoke all on app_public.discount_redemptions from public;
grant select on app_public.discount_redemptions to lml_anonymous, lml_user;
