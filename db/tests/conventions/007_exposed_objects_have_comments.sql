-- Everything in app_public has a comment: it is the documentation of the GraphQL API.
-- To resolve: `comment on ... is` beside the object, written for whoever uses the API.
select object, 'has no comment' as problem
from (
  select c.oid::regclass::text as object, obj_description(c.oid, 'pg_class') as comment
  from pg_class c
  where c.relnamespace = to_regnamespace('app_public')
    and c.relkind in ('r', 'p', 'v', 'm', 'c')
    and not c.relispartition
    -- The comment of a composite type belongs to the type, which is looked at below.
    and c.relkind <> 'c'
  union all
  select c.oid::regclass || '.' || a.attname, col_description(c.oid, a.attnum)
  from pg_attribute a
  join pg_class c on c.oid = a.attrelid
  where c.relnamespace = to_regnamespace('app_public')
    and c.relkind in ('r', 'p', 'v', 'm', 'c')
    and not c.relispartition
    and a.attnum > 0
    and not a.attisdropped
  union all
  select t.oid::regtype::text, obj_description(t.oid, 'pg_type')
  from pg_type t
  left join pg_class c on c.oid = t.typrelid
  where t.typnamespace = to_regnamespace('app_public')
    and (t.typtype in ('e', 'd', 'r') or (t.typtype = 'c' and c.relkind = 'c'))
  union all
  select p.oid::regprocedure::text, obj_description(p.oid, 'pg_proc')
  from pg_proc p
  where p.pronamespace = to_regnamespace('app_public')
    and p.prorettype <> 'trigger'::regtype
) as exposed
where coalesce(btrim(comment), '') = ''
order by 1;
