create table app_private.planted_table (id uuid primary key);
create table app_private.planted_everybody (id uuid primary key);
create policy all_owner on app_private.planted_everybody using (true);
create table app_private.harmless_table (id uuid primary key);
create policy all_owner on app_private.harmless_table to lml_owner using (true) with check (true);
