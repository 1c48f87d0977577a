create table app_private.planted_table (id uuid primary key);
create policy "Members may read" on app_private.planted_table for select using (true);
create policy insert_member on app_private.planted_table for update using (true);
create table app_private.harmless_table (id uuid primary key);
create policy select_member on app_private.harmless_table for select using (true);
create policy all_owner on app_private.harmless_table to lml_owner using (true);
