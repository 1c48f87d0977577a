-- Whoever sees the booking.
alter table app_public.booking_items enable row level security;
alter table app_public.booking_items force row level security;

drop policy if exists all_owner on app_public.booking_items;
create policy all_owner on app_public.booking_items
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_with_booking on app_public.booking_items;
drop policy if exists select_own on app_public.booking_items;
create policy select_own on app_public.booking_items
  for select to lml_anonymous, lml_user
  using (booking_id = any ((select app_hidden.own_booking_ids())::uuid[]));

drop policy if exists select_member on app_public.booking_items;
create policy select_member on app_public.booking_items
  for select to lml_user
  using (
    organization_id = any (array(
      select app_hidden.permitted_organization_ids('customers.read_names')
    ))
  );

drop policy if exists select_member_of_venue on app_public.booking_items;
create policy select_member_of_venue on app_public.booking_items
  for select to lml_user
  using (app_hidden.is_booking_at_permitted_venue(booking_id, 'customers.read_names'));

revoke all on app_public.booking_items from public;
grant select on app_public.booking_items to lml_anonymous, lml_user;
