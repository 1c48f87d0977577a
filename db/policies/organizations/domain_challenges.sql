-- For whoever sets the domain up.
alter table app_public.domain_challenges enable row level security;
alter table app_public.domain_challenges force row level security;

drop policy if exists all_owner on app_public.domain_challenges;
create policy all_owner on app_public.domain_challenges
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.domain_challenges;
create policy select_member on app_public.domain_challenges
  for select to lml_user
  using (
    organization_id = any (array(
      select app_hidden.permitted_organization_ids('organization.manage')
    ))
  );

revoke all on app_public.domain_challenges from public;
grant select on app_public.domain_challenges to lml_user;
