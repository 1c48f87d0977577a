create table app_private.planted_table (id uuid primary key, quantity integer check (quantity > 0));
create table app_private.harmless_table (
  id uuid primary key,
  quantity integer not null,
  constraint harmless_quantity_is_positive check (quantity > 0)
);
