-- As public as its performance.
alter table app_public.admission_pool_categories enable row level security;
alter table app_public.admission_pool_categories force row level security;

drop policy if exists all_owner on app_public.admission_pool_categories;
create policy all_owner on app_public.admission_pool_categories
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_with_performance on app_public.admission_pool_categories;
create policy select_with_performance on app_public.admission_pool_categories
  for select to lml_anonymous, lml_user
  using (exists (
    select from app_public.performances as p
    where p.organization_id = admission_pool_categories.organization_id
      and p.id = admission_pool_categories.performance_id
  ));

revoke all on app_public.admission_pool_categories from public;
grant select on app_public.admission_pool_categories to lml_anonymous, lml_user;
