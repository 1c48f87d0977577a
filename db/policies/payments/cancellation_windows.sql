-- For members. Buyers ask cancellation_terms and quote_cancellation.
alter table app_public.cancellation_windows enable row level security;
alter table app_public.cancellation_windows force row level security;

drop policy if exists all_owner on app_public.cancellation_windows;
create policy all_owner on app_public.cancellation_windows
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.cancellation_windows;
create policy select_member on app_public.cancellation_windows
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('events.read')))
  );

revoke all on app_public.cancellation_windows from public;
grant select on app_public.cancellation_windows to lml_user;
