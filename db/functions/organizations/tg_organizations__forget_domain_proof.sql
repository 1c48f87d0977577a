create or replace function app_hidden.tg_organizations__forget_domain_proof()
returns trigger
language plpgsql set search_path = ''
as $$
begin
  new.custom_domain_proven_at := null;
  return new;
end
$$;

comment on function app_hidden.tg_organizations__forget_domain_proof() is
  'Another domain is proven anew.';

create or replace trigger _200_forget_domain_proof
  before update of custom_domain on app_public.organizations
  for each row when (old.custom_domain is distinct from new.custom_domain)
  execute function app_hidden.tg_organizations__forget_domain_proof();
