-- As public as its category.
alter table app_public.ticket_category_prices enable row level security;
alter table app_public.ticket_category_prices force row level security;

drop policy if exists all_owner on app_public.ticket_category_prices;
create policy all_owner on app_public.ticket_category_prices
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_with_category on app_public.ticket_category_prices;
create policy select_with_category on app_public.ticket_category_prices
  for select to lml_anonymous, lml_user
  using (exists (
    select from app_public.ticket_categories as c
    where c.organization_id = ticket_category_prices.organization_id
      and c.id = ticket_category_prices.ticket_category_id
  ));

revoke all on app_public.ticket_category_prices from public;
grant select on app_public.ticket_category_prices to lml_anonymous, lml_user;
