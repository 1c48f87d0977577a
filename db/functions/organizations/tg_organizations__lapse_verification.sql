-- What was verified is an organization of this name. Whoever takes another one proves it again.
create or replace function app_hidden.tg_organizations__lapse_verification()
returns trigger
language plpgsql set search_path = ''
as $$
begin
  new.verification_status := 'unverified';
  return new;
end
$$;

comment on function app_hidden.tg_organizations__lapse_verification() is
  'A verified organization that changes its name is not verified any more.';

create or replace trigger _200_lapse_verification
  before update of name on app_public.organizations
  for each row
  when (
    old.verification_status = 'verified' and new.verification_status = 'verified'
    and old.name is distinct from new.name
  )
  execute function app_hidden.tg_organizations__lapse_verification();
