-- Without a primary key a row cannot be named: not by the API, not by logical replication, not in a
-- bug report.
-- To resolve: add one. A partition has its parent's.
select c.oid::regclass::text as object, 'has no primary key' as problem
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
where n.nspname in ('app_public', 'app_hidden', 'app_private')
  and c.relkind in ('r', 'p')
  and not exists (select from pg_index i where i.indrelid = c.oid and i.indisprimary)
order by 1;
