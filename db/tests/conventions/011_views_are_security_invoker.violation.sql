create view app_public.planted_view as select 1 as one;
create view app_public.planted_off with (security_invoker = off) as select 1 as one;
create materialized view app_public.planted_materialized as select 1 as one;
create view app_public.harmless_view with (security_invoker = on) as select 1 as one;
create materialized view app_private.harmless_materialized as select 1 as one;
