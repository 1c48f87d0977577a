-- For members who may see bookings.
alter table app_public.event_cancellation_failures enable row level security;
alter table app_public.event_cancellation_failures force row level security;

drop policy if exists all_owner on app_public.event_cancellation_failures;
create policy all_owner on app_public.event_cancellation_failures
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.event_cancellation_failures;
create policy select_member on app_public.event_cancellation_failures
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('bookings.read')))
  );

revoke all on app_public.event_cancellation_failures from public;
grant select on app_public.event_cancellation_failures to lml_user;
