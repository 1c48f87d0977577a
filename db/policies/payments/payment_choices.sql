-- Reached through definer functions only.
alter table app_private.payment_choices enable row level security;
alter table app_private.payment_choices force row level security;

drop policy if exists all_owner on app_private.payment_choices;
create policy all_owner on app_private.payment_choices
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.payment_choices from public;
