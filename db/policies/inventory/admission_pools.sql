-- As public as its performance.
alter table app_public.admission_pools enable row level security;
alter table app_public.admission_pools force row level security;

drop policy if exists all_owner on app_public.admission_pools;
create policy all_owner on app_public.admission_pools
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_with_performance on app_public.admission_pools;
create policy select_with_performance on app_public.admission_pools
  for select to lml_anonymous, lml_user
  using (exists (
    select from app_public.performances as p
    where p.organization_id = admission_pools.organization_id
      and p.id = admission_pools.performance_id
  ));

revoke all on app_public.admission_pools from public;
grant select on app_public.admission_pools to lml_anonymous, lml_user;
