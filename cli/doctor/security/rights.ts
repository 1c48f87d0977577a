import { type Rule, ourSchemas } from "./rule.ts";

/** Who may read and write what. */
export const rights: readonly Rule[] = [
  {
    check: "row-level security",
    query: `select format('%s is not forced', c.oid::regclass) as problem
      from pg_class as c
      where c.relnamespace::regnamespace::text in ${ourSchemas} and c.relkind in ('r', 'p')
        and not (c.relrowsecurity and c.relforcerowsecurity)
      union all
      select format('%s has no policy', c.oid::regclass)
      from pg_class as c
      where c.relnamespace::regnamespace::text in ${ourSchemas} and c.relkind in ('r', 'p')
        and not c.relispartition
        and not exists (select from pg_policy as p where p.polrelid = c.oid)
      union all
      select format('%s is granted to %s: a partition is reached through its table', c.oid::regclass,
        coalesce(nullif(a.grantee, 0)::regrole::text, 'PUBLIC'))
      from pg_class as c, aclexplode(c.relacl) as a
      where c.relnamespace::regnamespace::text in ${ourSchemas} and c.relispartition
        and a.grantee <> c.relowner
      order by 1`,
    fine: "forced on every table and partition, and every table has a policy",
    advice:
      "Somebody changed what migrations made. `alter table ... enable row level security, force row level security`, " +
      "and run the table's file of db/policies again.",
  },
  {
    check: "grants to PUBLIC",
    query: `select format('%s on %s', lower(a.privilege_type), o.name) as problem
      from (
        select format('database %I', d.datname) as name,
          coalesce(d.datacl, acldefault('d', d.datdba)) as acl
        from pg_database as d where d.datname = current_database()
        union all
        select format('schema %I', n.nspname), n.nspacl from pg_namespace as n
        where n.nspname in ${ourSchemas}
        union all
        select c.oid::regclass::text, c.relacl from pg_class as c
        where c.relnamespace::regnamespace::text in ${ourSchemas}
        union all
        select p.oid::regprocedure::text, coalesce(p.proacl, acldefault('f', p.proowner))
        from pg_proc as p where p.pronamespace::regnamespace::text in ${ourSchemas}
      ) as o, aclexplode(o.acl) as a
      where a.grantee = 0
      order by 1`,
    fine: "nothing",
    advice: "Whoever may do something is named: `revoke all on ... from public`.",
  },
  {
    check: "grants",
    query: `with ours as (
        select r.oid, r.rolname from pg_roles as r
        where r.rolname in (
          'lml_authenticator', 'lml_anonymous', 'lml_user', 'lml_worker', 'lml_analyst'
        )
      ),
      granted as (
        select format('schema %s', n.nspname) as name, n.nspname as schema, 'schema' as kind,
          a.grantee, a.privilege_type
        from pg_namespace as n, aclexplode(n.nspacl) as a
        where n.nspname in ${ourSchemas} and a.grantee <> n.nspowner
        union all
        select c.oid::regclass::text, c.relnamespace::regnamespace::text,
          case when c.relkind = 'v' and c.relname like '%\\_analyst' then 'analyst' else 'table' end,
          a.grantee, a.privilege_type
        from pg_class as c, aclexplode(c.relacl) as a
        where c.relnamespace::regnamespace::text in ${ourSchemas} and a.grantee <> c.relowner
          and not c.relispartition
        union all
        select format('%s of %s', t.attname, c.oid::regclass), c.relnamespace::regnamespace::text,
          'table', a.grantee, a.privilege_type
        from pg_class as c
        join pg_attribute as t on t.attrelid = c.oid, aclexplode(t.attacl) as a
        where c.relnamespace::regnamespace::text in ${ourSchemas} and a.grantee <> c.relowner
        union all
        select p.oid::regprocedure::text, p.pronamespace::regnamespace::text, 'function',
          a.grantee, a.privilege_type
        from pg_proc as p, aclexplode(p.proacl) as a
        where p.pronamespace::regnamespace::text in ${ourSchemas} and a.grantee <> p.proowner
      )
      select format('%s may %s %s', coalesce(o.rolname, g.grantee::regrole::text),
        lower(g.privilege_type), g.name) as problem
      from granted as g
      left join ours as o on o.oid = g.grantee
      where g.grantee <> 0
        and (
          o.oid is null
          -- Writing is for functions.
          or g.kind <> 'function' and g.privilege_type not in ('SELECT', 'USAGE')
          or g.schema = 'app_private' and o.rolname in ('lml_anonymous', 'lml_user', 'lml_analyst')
          or o.rolname = 'lml_analyst' and g.kind in ('table', 'function')
          or o.rolname = 'lml_authenticator' and g.kind in ('table', 'analyst')
        )
      order by 1`,
    fine: "requests write through functions, analysts read masked views, and nobody else is there",
    advice:
      "`revoke ... from ...` it. People who analyze are granted lml_analyst; whoever must see everything logs in as lml_owner.",
  },
];
