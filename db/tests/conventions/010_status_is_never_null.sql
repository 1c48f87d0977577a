-- A status is always known: a null would pass every check and match no comparison.
-- To resolve: `not null`, with a first status as the default where there is one.
select
  format('%s.%I', c.oid::regclass, a.attname) as object,
  'may be null' as problem
from pg_attribute a
join pg_class c on c.oid = a.attrelid
join pg_namespace n on n.oid = c.relnamespace
where n.nspname in ('app_public', 'app_hidden', 'app_private')
  and c.relkind in ('r', 'p')
  and a.attnum > 0
  and not a.attisdropped
  and a.attname ~ '(^|_)status$'
  and not a.attnotnull
order by 1;
