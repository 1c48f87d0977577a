-- Whoever sees the line of the booking, and who gives add-ons out.
alter table app_public.add_on_deliveries enable row level security;
alter table app_public.add_on_deliveries force row level security;

drop policy if exists all_owner on app_public.add_on_deliveries;
create policy all_owner on app_public.add_on_deliveries
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_with_item on app_public.add_on_deliveries;
create policy select_with_item on app_public.add_on_deliveries
  for select to lml_anonymous, lml_user
  using (exists (
    select from app_public.booking_items as i
    where i.organization_id = add_on_deliveries.organization_id
      and i.id = add_on_deliveries.booking_item_id
  ));

drop policy if exists select_member on app_public.add_on_deliveries;
create policy select_member on app_public.add_on_deliveries
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('tickets.read')))
  );

drop policy if exists select_member_of_venue on app_public.add_on_deliveries;
create policy select_member_of_venue on app_public.add_on_deliveries
  for select to lml_user
  using (performance_id in (select app_hidden.permitted_performance_ids('tickets.read')));

revoke all on app_public.add_on_deliveries from public;
grant select on app_public.add_on_deliveries to lml_anonymous, lml_user;
