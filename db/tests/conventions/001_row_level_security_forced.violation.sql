create table app_public.planted_open (id uuid primary key);
create table app_public.planted_unforced (id uuid primary key);
alter table app_public.planted_unforced enable row level security;
create table app_private.harmless_parent (id uuid primary key) partition by hash (id);
create table app_private.planted_leaf partition of app_private.harmless_parent
  for values with (modulus 1, remainder 0);
alter table app_private.harmless_parent enable row level security, force row level security;
