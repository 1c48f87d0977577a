-- One sees one's own entries; staff who may see names, the organization's. Others see
-- customers_manager.
alter table app_public.customers enable row level security;
alter table app_public.customers force row level security;

drop policy if exists all_owner on app_public.customers;
create policy all_owner on app_public.customers
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_own on app_public.customers;
create policy select_own on app_public.customers
  for select to lml_user
  using (user_id = (select app_hidden.current_user_id()));

drop policy if exists select_member on app_public.customers;
create policy select_member on app_public.customers
  for select to lml_user
  using (
    organization_id = any (array(
      select app_hidden.permitted_organization_ids('customers.read_names')
    ))
  );

revoke all on app_public.customers from public;
grant select on app_public.customers to lml_user;
