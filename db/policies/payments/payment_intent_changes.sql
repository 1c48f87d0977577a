-- Reached through definer functions only.
alter table app_private.payment_intent_changes enable row level security;
alter table app_private.payment_intent_changes force row level security;

drop policy if exists all_owner on app_private.payment_intent_changes;
create policy all_owner on app_private.payment_intent_changes
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.payment_intent_changes from public;
