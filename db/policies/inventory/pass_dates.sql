-- As public as the pass.
alter table app_public.pass_dates enable row level security;
alter table app_public.pass_dates force row level security;

drop policy if exists all_owner on app_public.pass_dates;
create policy all_owner on app_public.pass_dates
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_with_pass on app_public.pass_dates;
create policy select_with_pass on app_public.pass_dates
  for select to lml_anonymous, lml_user
  using (exists (
    select from app_public.performances as p
    where p.organization_id = pass_dates.organization_id and p.id = pass_dates.pass_id
  ));

revoke all on app_public.pass_dates from public;
grant select on app_public.pass_dates to lml_anonymous, lml_user;
