-- As public as its event.
alter table app_public.performances enable row level security;
alter table app_public.performances force row level security;

drop policy if exists all_owner on app_public.performances;
create policy all_owner on app_public.performances
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_with_event on app_public.performances;
create policy select_with_event on app_public.performances
  for select to lml_anonymous, lml_user
  using (exists (
    select from app_public.events as e
    where e.organization_id = performances.organization_id and e.id = performances.event_id
  ));

revoke all on app_public.performances from public;
grant select on app_public.performances to lml_anonymous, lml_user;
