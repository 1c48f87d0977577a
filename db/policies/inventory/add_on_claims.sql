-- Changed by definer functions only.
alter table app_private.add_on_claims enable row level security;
alter table app_private.add_on_claims force row level security;

drop policy if exists all_owner on app_private.add_on_claims;
create policy all_owner on app_private.add_on_claims
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.add_on_claims from public;
