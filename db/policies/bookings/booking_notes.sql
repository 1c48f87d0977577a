-- For staff alone: buyers do not see what is noted about them, unless they ask for an export.
alter table app_public.booking_notes enable row level security;
alter table app_public.booking_notes force row level security;

drop policy if exists all_owner on app_public.booking_notes;
create policy all_owner on app_public.booking_notes
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.booking_notes;
create policy select_member on app_public.booking_notes
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('bookings.manage')))
  );

revoke all on app_public.booking_notes from public;
grant select on app_public.booking_notes to lml_user;
