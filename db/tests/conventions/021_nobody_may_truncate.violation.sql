create table app_private.planted_table (id uuid primary key);
grant all on app_private.planted_table to lml_worker;
create table app_private.harmless_table (id uuid primary key);
grant select, insert, update, delete on app_private.harmless_table to lml_worker;
