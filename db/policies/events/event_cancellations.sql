-- For members.
alter table app_public.event_cancellations enable row level security;
alter table app_public.event_cancellations force row level security;

drop policy if exists all_owner on app_public.event_cancellations;
create policy all_owner on app_public.event_cancellations
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.event_cancellations;
create policy select_member on app_public.event_cancellations
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('events.read')))
  );

drop policy if exists select_member_of_venue on app_public.event_cancellations;
create policy select_member_of_venue on app_public.event_cancellations
  for select to lml_user
  using (event_id in (select app_hidden.permitted_event_ids('events.read')));

revoke all on app_public.event_cancellations from public;
grant select on app_public.event_cancellations to lml_user;
