-- Nobody but definer functions.
alter table app_private.sold_shares enable row level security;
alter table app_private.sold_shares force row level security;

drop policy if exists all_owner on app_private.sold_shares;
create policy all_owner on app_private.sold_shares
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.sold_shares from public;
