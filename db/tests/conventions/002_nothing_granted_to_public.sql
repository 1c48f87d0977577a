-- Nothing is granted to PUBLIC, which means every role of the server, of today and of tomorrow. New
-- functions are executable by PUBLIC unless default privileges or a revoke say otherwise. What
-- extensions bring stays as they want it, and a type that nobody restricted may be named by
-- everybody, which gives access to nothing.
-- To resolve: `revoke all on ... from public`, then grant to the roles that need it.
with granted as (
  select 'schema ' || nspname as object, nspacl as acl, 'pg_namespace'::regclass as class, oid
  from pg_namespace
  where nspname in ('app_public', 'app_hidden', 'app_private', 'public')
  union all
  select c.oid::regclass::text, c.relacl, 'pg_class'::regclass, c.oid
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  where n.nspname in ('app_public', 'app_hidden', 'app_private', 'public', 'graphile_worker')
  union all
  select c.oid::regclass || '.' || a.attname, a.attacl, 'pg_class'::regclass, c.oid
  from pg_attribute a
  join pg_class c on c.oid = a.attrelid
  join pg_namespace n on n.oid = c.relnamespace
  where n.nspname in ('app_public', 'app_hidden', 'app_private', 'public')
    and a.attacl is not null
  union all
  select
    p.oid::regprocedure::text, coalesce(p.proacl, acldefault('f', p.proowner)),
    'pg_proc'::regclass, p.oid
  from pg_proc p
  join pg_namespace n on n.oid = p.pronamespace
  where n.nspname in ('app_public', 'app_hidden', 'app_private', 'public', 'graphile_worker')
  union all
  select t.oid::regtype::text, t.typacl, 'pg_type'::regclass, t.oid
  from pg_type t
  join pg_namespace n on n.oid = t.typnamespace
  where n.nspname in ('app_public', 'app_hidden', 'app_private')
  union all
  select
    'database ' || datname, coalesce(datacl, acldefault('d', datdba)), 'pg_database'::regclass, oid
  from pg_database
  where datname = current_database()
)
select granted.object, 'PUBLIC may ' || lower(string_agg(entry.privilege_type, ', ')) as problem
from granted
cross join lateral aclexplode(granted.acl) as entry
where entry.grantee = 0
  and not exists (
    select
    from pg_depend d
    where d.classid = granted.class and d.objid = granted.oid and d.deptype = 'e'
  )
group by granted.object
order by 1;
