create table app_public.planted_table (id uuid primary key, name text);
create index on app_public.planted_table (id);
create table app_public.harmless_table (id uuid primary key, name text);
create index on app_public.harmless_table (id, name);
create index on app_public.harmless_table (name);
create index on app_public.harmless_table (name) where name > 'm';
create index on app_public.harmless_table (name text_pattern_ops);
create index on app_public.harmless_table (lower(name));
