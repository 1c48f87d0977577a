create or replace function app_hidden.tg_organization_settings__lapse_verification()
returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
begin
  update app_public.organizations as o
  set verification_status = 'unverified'
  where o.id = new.organization_id and o.verification_status = 'verified';
  return null;
end
$$;

comment on function app_hidden.tg_organization_settings__lapse_verification() is
  'A verified organization that changes what it is before the law is not verified any more.';

create or replace trigger _500_lapse_verification
  after update of tax_id, registration_number, business_type on app_public.organization_settings
  for each row
  when (
    (old.tax_id, old.registration_number, old.business_type)
      is distinct from (new.tax_id, new.registration_number, new.business_type)
  )
  execute function app_hidden.tg_organization_settings__lapse_verification();
