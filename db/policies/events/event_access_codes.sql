-- For definer functions only.
alter table app_private.event_access_codes enable row level security;
alter table app_private.event_access_codes force row level security;

drop policy if exists all_owner on app_private.event_access_codes;
create policy all_owner on app_private.event_access_codes
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.event_access_codes from public;
