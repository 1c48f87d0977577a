-- Changed by definer functions only.
alter table app_private.add_on_stock enable row level security;
alter table app_private.add_on_stock force row level security;

drop policy if exists all_owner on app_private.add_on_stock;
create policy all_owner on app_private.add_on_stock
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.add_on_stock from public;
