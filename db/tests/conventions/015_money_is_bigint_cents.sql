-- Money is a bigint in the currency's minor unit, and its name ends in _cents. Nothing is of type
-- money, which depends on the server's locale, and nothing called _cents has a fraction or
-- overflows at 21 million.
-- To resolve: `<what>_cents bigint` beside a currency.
with typed as (
  select
    format('%s.%I', c.oid::regclass, a.attname) as object, a.attname::text as name,
    a.atttypid as type
  from pg_attribute a
  join pg_class c on c.oid = a.attrelid
  join pg_namespace n on n.oid = c.relnamespace
  where n.nspname in ('app_public', 'app_hidden', 'app_private')
    and c.relkind in ('r', 'p', 'v', 'm', 'c')
    and a.attnum > 0
    and not a.attisdropped
  union all
  select p.oid::regprocedure || ' ' || argument.name, argument.name, argument.type
  from pg_proc p
  join pg_namespace n on n.oid = p.pronamespace
  cross join lateral unnest(
    p.proargnames, coalesce(p.proallargtypes, p.proargtypes::oid[])
  ) as argument (name, type)
  where n.nspname in ('app_public', 'app_hidden', 'app_private')
)
select object, format('is %s, use bigint cents', type::regtype) as problem
from typed
where (name ~ '_cents$' and type not in ('bigint'::regtype, 'bigint[]'::regtype))
  or type = 'money'::regtype
order by 1;
