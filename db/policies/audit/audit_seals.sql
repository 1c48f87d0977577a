-- Reached through definer functions only.
alter table app_private.audit_seals enable row level security;
alter table app_private.audit_seals force row level security;

drop policy if exists all_owner on app_private.audit_seals;
create policy all_owner on app_private.audit_seals
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.audit_seals from public;
