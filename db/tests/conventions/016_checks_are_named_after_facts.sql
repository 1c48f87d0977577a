-- A check is named after the fact that it states (bookings_total_is_sum_of_parts), because its name
-- is what a person reads when it refuses. A name that PostgreSQL made up says nothing.
-- To resolve: `constraint <table>_<fact> check (...)`.
select
  k.conrelid::regclass::text as object,
  k.conname || ' is a made-up name' as problem
from pg_constraint k
join pg_class c on c.oid = k.conrelid
join pg_namespace n on n.oid = c.relnamespace
where n.nspname in ('app_public', 'app_hidden', 'app_private')
  and k.contype = 'c'
  and k.conparentid = 0
  and not c.relispartition
  and k.conname ~ '_check[0-9]*$'
order by 1, 2;
