-- An index that failed while it was built concurrently slows down every write and serves no query.
-- To resolve: `reindex index concurrently ...`, or drop it.
select
  i.indexrelid::regclass::text as object,
  'is invalid or not ready' as problem
from pg_index i
join pg_class c on c.oid = i.indrelid
join pg_namespace n on n.oid = c.relnamespace
where n.nspname in ('app_public', 'app_hidden', 'app_private')
  and not (i.indisvalid and i.indisready and i.indislive)
order by 1;
