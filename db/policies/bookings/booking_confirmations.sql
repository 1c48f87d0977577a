-- Reached through definer functions only.
alter table app_private.booking_confirmations enable row level security;
alter table app_private.booking_confirmations force row level security;

drop policy if exists all_owner on app_private.booking_confirmations;
create policy all_owner on app_private.booking_confirmations
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.booking_confirmations from public;
