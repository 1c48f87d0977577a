-- Read and written by functions only.
alter table app_private.allocation_holds enable row level security;
alter table app_private.allocation_holds force row level security;

drop policy if exists all_owner on app_private.allocation_holds;
create policy all_owner on app_private.allocation_holds
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.allocation_holds from public;
