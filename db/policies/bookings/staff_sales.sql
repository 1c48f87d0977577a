-- Members who may read bookings; not the customer, of whom notes may tell.
alter table app_public.staff_sales enable row level security;
alter table app_public.staff_sales force row level security;

drop policy if exists all_owner on app_public.staff_sales;
create policy all_owner on app_public.staff_sales
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.staff_sales;
create policy select_member on app_public.staff_sales
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('bookings.read')))
  );

drop policy if exists select_member_of_venue on app_public.staff_sales;
create policy select_member_of_venue on app_public.staff_sales
  for select to lml_user
  using (exists (
    select from app_public.bookings as b
    where b.organization_id = staff_sales.organization_id and b.id = staff_sales.booking_id
      and b.performance_id in (select app_hidden.permitted_performance_ids('bookings.read'))
  ));

revoke all on app_public.staff_sales from public;
grant select on app_public.staff_sales to lml_user;
