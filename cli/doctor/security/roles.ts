import { type Rule, ourSchemas } from "./rule.ts";

/** Who the roles are, what they own, and who is connected as which. */
export const roles: readonly Rule[] = [
  {
    check: "roles",
    query: `select format('%s %s', r.rolname, w.what) as problem
      from pg_roles as r, lateral (values
        (r.rolsuper, 'is a superuser, for whom row-level security does not exist'),
        (r.rolbypassrls, 'bypasses row-level security'),
        (r.rolcreaterole, 'may create roles'),
        (r.rolcreatedb, 'may create databases'),
        (r.rolreplication, 'may copy the whole server by replication'),
        (r.rolcanlogin and r.rolname in ('lml_anonymous', 'lml_user', 'lml_analyst'),
          'may log in, and is there to be granted or become'),
        (r.rolinherit and r.rolname = 'lml_authenticator', 'inherits what it should become')
      ) as w (is_so, what)
      where r.rolname like 'lml\\_%' and w.is_so
      union all
      select format('%s is missing', wanted)
      from unnest(array[
        'lml_owner', 'lml_authenticator', 'lml_anonymous', 'lml_user', 'lml_worker', 'lml_analyst'
      ]) as wanted
      where not exists (select from pg_roles where rolname = wanted)
      order by 1`,
    fine: "as they should be",
    advice:
      "Run db/roles.sql as a superuser; what it refuses to take away, take away by `alter role`.",
  },
  {
    check: "memberships",
    query: `select format('%s is not a member of %s', w.member, w.role) as problem
      from (values ('lml_authenticator', 'lml_anonymous'), ('lml_authenticator', 'lml_user'),
        ('lml_owner', 'lml_worker')) as w (member, role)
      where to_regrole(w.member) is not null and to_regrole(w.role) is not null
        and not exists (
          select from pg_auth_members as m
          where m.member = to_regrole(w.member) and m.roleid = to_regrole(w.role) and m.set_option
        )
      union all
      select format('%s inherits the rights of %s', m.member::regrole, m.roleid::regrole)
      from pg_auth_members as m
      where m.member = to_regrole('lml_authenticator') and m.inherit_option
      union all
      select distinct format('%s is a member of %s', m.member::regrole, m.roleid::regrole)
      from pg_auth_members as m
      join pg_roles as member on member.oid = m.member
      join pg_roles as role on role.oid = m.roleid
      where (member.rolname like 'lml\\_%' or role.rolname like 'lml\\_%')
        and (m.inherit_option or m.set_option)
        -- Administrators are members of the roles that they create; people who analyze, of theirs.
        and not (member.rolsuper or member.rolcreaterole)
        and not (role.rolname = 'lml_analyst' and member.rolname not like 'lml\\_%')
        and (member.rolname, role.rolname) not in (
          ('lml_authenticator', 'lml_anonymous'), ('lml_authenticator', 'lml_user'),
          ('lml_owner', 'lml_worker')
        )
      order by 1`,
    fine: "the server becomes visitors and users, and nobody else is anybody",
    advice: "`revoke ... from ...` what should not be, and run db/roles.sql for what is missing.",
  },
  {
    check: "ownership",
    query: `select format('the database belongs to %s', datdba::regrole) as problem
      from pg_database where datname = current_database() and datdba::regrole::text <> 'lml_owner'
      union all
      select format('%s belongs to %s', o.name, o.owner::regrole)
      from (
        select p.oid::regprocedure::text, p.proowner from pg_proc as p
        where p.pronamespace::regnamespace::text in ${ourSchemas}
        union all
        select c.oid::regclass::text, c.relowner from pg_class as c
        where c.relnamespace::regnamespace::text in ${ourSchemas}
      ) as o (name, owner)
      where o.owner::regrole::text <> 'lml_owner'
      order by 1`,
    fine: "everything belongs to lml_owner",
    advice:
      "A definer function has the rights of its owner: `alter function ... owner to lml_owner`, and migrate as lml_owner only.",
  },
  {
    check: "sessions",
    query: `select format('%s connections of the %s are %s', count(*), w.program, a.usename) as problem
      from pg_stat_activity as a
      join (values ('lml-server', 'server', 'lml_authenticator'), ('lml worker', 'worker', 'lml_worker'))
        as w (application, program, role) on w.application = a.application_name
      where a.datname = current_database() and a.usename <> w.role
      group by w.program, a.usename
      order by 1`,
    fine: "server and worker are connected as their own roles, or not connected",
    advice:
      "Give LML_SERVER_DATABASE_URL of lml_authenticator, LML_WORKER_DATABASE_URL of lml_worker, and restart.",
  },
];
