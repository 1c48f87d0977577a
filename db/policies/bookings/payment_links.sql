-- Reached through definer functions only.
alter table app_private.payment_links enable row level security;
alter table app_private.payment_links force row level security;

drop policy if exists all_owner on app_private.payment_links;
create policy all_owner on app_private.payment_links
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.payment_links from public;
