-- The type json keeps white space and duplicate keys, has no equality, and cannot be indexed: jsonb
-- everywhere. A document whose exact text matters is text.
select
  format('%s.%I', c.oid::regclass, a.attname) as object,
  'is json, use jsonb' as problem
from pg_attribute a
join pg_class c on c.oid = a.attrelid
join pg_namespace n on n.oid = c.relnamespace
where n.nspname in ('app_public', 'app_hidden', 'app_private')
  and c.relkind in ('r', 'p', 'v', 'm', 'c')
  and a.attnum > 0
  and a.atttypid in ('json'::regtype, 'json[]'::regtype)
union all
select p.oid::regprocedure::text, 'takes or returns json, use jsonb'
from pg_proc p
join pg_namespace n on n.oid = p.pronamespace
where n.nspname in ('app_public', 'app_hidden', 'app_private')
  and 'json'::regtype = any(coalesce(p.proallargtypes, p.proargtypes::oid[]) || p.prorettype)
order by 1;
