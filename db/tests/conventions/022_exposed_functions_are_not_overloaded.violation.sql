create function app_public.planted_twice(one integer) returns integer language sql as 'select 1';
create function app_public.planted_twice(one text) returns integer language sql as 'select 1';
create function app_public.planted_prefix(p_one integer) returns integer language sql as 'select 1';
create function app_public.planted_nameless(integer) returns integer language sql as 'select 1';
create function app_public.harmless_named(one integer) returns integer language sql as 'select 1';
create table app_public.harmless_things (id uuid primary key);
create function app_public.harmless_things_computed(app_public.harmless_things) returns integer
language sql as 'select 1';
