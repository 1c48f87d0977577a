-- The business of its members; buyers see the tax on their booking.
alter table app_public.tax_jurisdictions enable row level security;
alter table app_public.tax_jurisdictions force row level security;

drop policy if exists all_owner on app_public.tax_jurisdictions;
create policy all_owner on app_public.tax_jurisdictions
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.tax_jurisdictions;
create policy select_member on app_public.tax_jurisdictions
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('organization.read')))
  );

revoke all on app_public.tax_jurisdictions from public;
grant select on app_public.tax_jurisdictions to lml_user;
