-- Reached through definer functions only.
alter table app_private.idempotency_keys enable row level security;
alter table app_private.idempotency_keys force row level security;

drop policy if exists all_owner on app_private.idempotency_keys;
create policy all_owner on app_private.idempotency_keys
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.idempotency_keys from public;
