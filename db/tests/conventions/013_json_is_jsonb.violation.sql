create table app_private.planted_table (id uuid primary key, data json);
create function app_private.planted_function(data json) returns integer language sql as 'select 1';
create table app_private.harmless_table (id uuid primary key, data jsonb);
create function app_private.harmless_function(data jsonb) returns jsonb language sql as 'select $1';
