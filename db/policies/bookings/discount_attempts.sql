-- Nobody but definer functions.
alter table app_private.discount_attempts enable row level security;
alter table app_private.discount_attempts force row level security;

drop policy if exists all_owner on app_private.discount_attempts;
create policy all_owner on app_private.discount_attempts
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.discount_attempts from public;
