-- A time without a zone means another moment to each reader. Moments are timestamptz, days are
-- date, and a time of day is text beside the zone of its venue.
select
  format('%s.%I', c.oid::regclass, a.attname) as object,
  format('is %s, use timestamptz', format_type(a.atttypid, null)) as problem
from pg_attribute a
join pg_class c on c.oid = a.attrelid
join pg_namespace n on n.oid = c.relnamespace
where n.nspname in ('app_public', 'app_hidden', 'app_private')
  and c.relkind in ('r', 'p', 'v', 'm', 'c')
  and a.attnum > 0
  and a.atttypid in (
    'timestamp'::regtype, 'timestamp[]'::regtype, 'tsrange'::regtype, 'timetz'::regtype
  )
union all
select p.oid::regprocedure::text, 'takes or returns timestamp without time zone'
from pg_proc p
join pg_namespace n on n.oid = p.pronamespace
where n.nspname in ('app_public', 'app_hidden', 'app_private')
  and 'timestamp'::regtype = any(coalesce(p.proallargtypes, p.proargtypes::oid[]) || p.prorettype)
order by 1;
