create table app_public.harmless_parent (id integer) partition by range (id);
create table app_public.harmless_leaf partition of app_public.harmless_parent
  for values from (1) to (9);
-- An index on the parent only stays invalid until each partition has its own.
create index planted_index on only app_public.harmless_parent (id);
create index harmless_index on app_public.harmless_leaf (id);
