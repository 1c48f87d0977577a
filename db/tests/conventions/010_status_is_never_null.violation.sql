create table app_public.planted_table (id uuid primary key, status text);
create table app_public.planted_longer (id uuid primary key, payment_status text default 'new');
create table app_public.harmless_table (
  id uuid primary key, status text not null, status_reason text
);
