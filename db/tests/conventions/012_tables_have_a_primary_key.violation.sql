create table app_private.planted_table (id uuid unique not null);
create table app_private.harmless_table (id uuid primary key);
