create table app_private.harmless_parent (id integer primary key) partition by range (id);
create table app_private.planted_leaf partition of app_private.harmless_parent
  for values from (1) to (5);
create table app_private.harmless_leaf partition of app_private.harmless_parent
  for values from (5) to (9);
grant select on app_private.harmless_parent, app_private.planted_leaf to lml_worker;
