-- The owner, by account or by cart token, and staff who may see names. Others see bookings_manager.
alter table app_public.bookings enable row level security;
alter table app_public.bookings force row level security;

drop policy if exists all_owner on app_public.bookings;
create policy all_owner on app_public.bookings
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_own on app_public.bookings;
create policy select_own on app_public.bookings
  for select to lml_user
  using (user_id = (select app_hidden.current_user_id()));

drop policy if exists select_cart on app_public.bookings;
create policy select_cart on app_public.bookings
  for select to lml_anonymous, lml_user
  using (cart_token_hash = (select app_hidden.current_cart_hash()));

drop policy if exists select_member on app_public.bookings;
create policy select_member on app_public.bookings
  for select to lml_user
  using (
    organization_id = any (array(
      select app_hidden.permitted_organization_ids('customers.read_names')
    ))
  );

drop policy if exists select_member_of_venue on app_public.bookings;
create policy select_member_of_venue on app_public.bookings
  for select to lml_user
  using (performance_id in (select app_hidden.permitted_performance_ids('customers.read_names')));

revoke all on app_public.bookings from public;
grant select on app_public.bookings to lml_anonymous, lml_user;
