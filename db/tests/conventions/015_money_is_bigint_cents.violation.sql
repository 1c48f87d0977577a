create table app_private.planted_table (id uuid primary key, price_cents integer);
create table app_private.planted_money (id uuid primary key, price money);
create view app_private.planted_view with (security_invoker = true) as
select sum(1::bigint) as total_cents;
create function app_private.planted_function(amount_cents numeric) returns integer
language sql as 'select 1';
create table app_private.harmless_table (id uuid primary key, price_cents bigint, rate numeric);
