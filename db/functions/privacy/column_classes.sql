-- after: privacy/declared_classes
-- What no line declares is of the class of its type, if that tells it, and of none otherwise: then
-- a convention test asks for a line.
create or replace view app_private.column_classes with (security_invoker = true) as
select
  r.relation, a.attname::text as column_name,
  coalesce(
    d.class,
    case
      when a.atttypid in ('uuid'::regtype, 'timestamptz'::regtype) then 'internal'
      when a.atttypid = 'bigint'::regtype and a.attname like '%\_cents' then 'financial'
    end::app_private.data_class
  ) as class,
  d.on_erasure, d.note,
  (
    select string_agg(format('%s: %s', p.rule, p.kept_for), ', ' order by p.rule)
    from app_private.retention_rules as p
    where p.relation = r.relation and p.is_enabled
  ) as retention
from pg_catalog.pg_class as c
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
cross join lateral format('%s.%s', n.nspname, c.relname) as r (relation)
join pg_catalog.pg_attribute as a
  on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
left join app_private.declared_classes as d
  on d.relation = r.relation and d.column_name = a.attname
where n.nspname in ('app_public', 'app_hidden', 'app_private')
  and c.relkind in ('r', 'p')
  and not c.relispartition;

comment on view app_private.column_classes is
  'Every column of every table with its class (null: nobody has thought about it yet), '
  'what erasure makes of it, and the rules that end its rows; without one, it lives as '
  'long as its person''s entry.';
revoke all on app_private.column_classes from public;
