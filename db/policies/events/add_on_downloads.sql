-- Read and changed by definer functions only: not even members read it.
alter table app_private.add_on_downloads enable row level security;
alter table app_private.add_on_downloads force row level security;

drop policy if exists all_owner on app_private.add_on_downloads;
create policy all_owner on app_private.add_on_downloads
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.add_on_downloads from public;
