-- Truncate knows no row-level security, references tells of other tenants' rows, and a trigger runs
-- code as whoever writes: only the owner has these rights.
-- To resolve: grant select, insert, update and delete by name, never all.
select
  c.oid::regclass::text as object,
  format(
    '%s may %s', coalesce(nullif(entry.grantee, 0)::regrole::text, 'PUBLIC'),
    lower(string_agg(entry.privilege_type, ', ' order by entry.privilege_type))
  ) as problem
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
cross join lateral aclexplode(c.relacl) as entry
where n.nspname in ('app_public', 'app_hidden', 'app_private')
  and c.relkind in ('r', 'p', 'v', 'm')
  and entry.grantee <> c.relowner
  and entry.privilege_type in ('TRUNCATE', 'REFERENCES', 'TRIGGER', 'MAINTAIN')
group by c.oid, entry.grantee
order by 1, 2;
