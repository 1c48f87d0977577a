-- For nobody but definer functions: an address may be used by whoever has it.
alter table app_private.stripe_account_links enable row level security;
alter table app_private.stripe_account_links force row level security;

drop policy if exists all_owner on app_private.stripe_account_links;
create policy all_owner on app_private.stripe_account_links
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.stripe_account_links from public;
