-- Reference data, the same for everybody.
alter table app_public.currencies enable row level security;
alter table app_public.currencies force row level security;

drop policy if exists all_owner on app_public.currencies;
create policy all_owner on app_public.currencies
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_all on app_public.currencies;
create policy select_all on app_public.currencies
  for select to lml_anonymous, lml_user, lml_worker
  using (true);

revoke all on app_public.currencies from public;
grant select on app_public.currencies to lml_anonymous, lml_user, lml_worker;
