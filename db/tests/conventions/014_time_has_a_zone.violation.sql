create table app_private.planted_table (id uuid primary key, created_at timestamp);
create function app_private.planted_function(at timestamp) returns integer
language sql as 'select 1';
create table app_private.harmless_table (id uuid primary key, created_at timestamptz, born_on date);
