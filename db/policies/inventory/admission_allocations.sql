-- For members: what is kept back, and for whom, is not told to buyers.
alter table app_public.admission_allocations enable row level security;
alter table app_public.admission_allocations force row level security;

drop policy if exists all_owner on app_public.admission_allocations;
create policy all_owner on app_public.admission_allocations
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.admission_allocations;
create policy select_member on app_public.admission_allocations
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('inventory.read')))
  );

drop policy if exists select_member_of_venue on app_public.admission_allocations;
create policy select_member_of_venue on app_public.admission_allocations
  for select to lml_user
  using (performance_id in (select app_hidden.permitted_performance_ids('inventory.read')));

revoke all on app_public.admission_allocations from public;
grant select on app_public.admission_allocations to lml_user;
