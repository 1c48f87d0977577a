-- Reached through definer functions only.
alter table app_private.audit_sealed_rows enable row level security;
alter table app_private.audit_sealed_rows force row level security;

drop policy if exists all_owner on app_private.audit_sealed_rows;
create policy all_owner on app_private.audit_sealed_rows
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.audit_sealed_rows from public;
