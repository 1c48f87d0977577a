create table app_public.planted_table (id uuid primary key);
create table app_private.planted_secret (id uuid primary key);
create table app_public.planted_silenced (id uuid primary key);
create trigger _500_audit after insert on app_public.planted_silenced
  for each row execute function app_hidden.tg__audit();
alter table app_public.planted_silenced disable trigger _500_audit;
create table app_public.harmless_table (id uuid primary key);
create trigger _500_audit after insert or update or delete on app_public.harmless_table
  for each row execute function app_hidden.tg__audit();
