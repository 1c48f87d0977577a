-- As public as its event.
alter table app_public.ticket_categories enable row level security;
alter table app_public.ticket_categories force row level security;

drop policy if exists all_owner on app_public.ticket_categories;
create policy all_owner on app_public.ticket_categories
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_with_event on app_public.ticket_categories;
create policy select_with_event on app_public.ticket_categories
  for select to lml_anonymous, lml_user
  using (exists (
    select from app_public.events as e
    where e.organization_id = ticket_categories.organization_id
      and e.id = ticket_categories.event_id
  ));

revoke all on app_public.ticket_categories from public;
grant select on app_public.ticket_categories to lml_anonymous, lml_user;
