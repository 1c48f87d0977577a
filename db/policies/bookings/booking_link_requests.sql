-- Reached through definer functions only.
alter table app_private.booking_link_requests enable row level security;
alter table app_private.booking_link_requests force row level security;

drop policy if exists all_owner on app_private.booking_link_requests;
create policy all_owner on app_private.booking_link_requests
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.booking_link_requests from public;
