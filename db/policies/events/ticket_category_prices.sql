-- As public as its event, which its row tells.
alter table app_public.ticket_category_prices enable row level security;
alter table app_public.ticket_category_prices force row level security;

drop policy if exists all_owner on app_public.ticket_category_prices;
create policy all_owner on app_public.ticket_category_prices
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_with_category on app_public.ticket_category_prices;
drop policy if exists select_public on app_public.ticket_category_prices;
create policy select_public on app_public.ticket_category_prices
  for select to lml_anonymous, lml_user
  using (is_public);

drop policy if exists select_member on app_public.ticket_category_prices;
create policy select_member on app_public.ticket_category_prices
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('events.read')))
  );

drop policy if exists select_member_of_venue on app_public.ticket_category_prices;
create policy select_member_of_venue on app_public.ticket_category_prices
  for select to lml_user
  using (
    ticket_category_id = any (array(select app_hidden.permitted_ticket_category_ids('events.read')))
  );

drop policy if exists select_opened on app_public.ticket_category_prices;
create policy select_opened on app_public.ticket_category_prices
  for select to lml_anonymous, lml_user
  using (ticket_category_id = any (array(select app_hidden.opened_ticket_category_ids())));

revoke all on app_public.ticket_category_prices from public;
grant select on app_public.ticket_category_prices to lml_anonymous, lml_user;
