-- Rates are the business of its members; buyers see the tax on their booking.
alter table app_public.tax_rates enable row level security;
alter table app_public.tax_rates force row level security;

drop policy if exists all_owner on app_public.tax_rates;
create policy all_owner on app_public.tax_rates
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.tax_rates;
create policy select_member on app_public.tax_rates
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('organization.read')))
  );

revoke all on app_public.tax_rates from public;
grant select on app_public.tax_rates to lml_user;
