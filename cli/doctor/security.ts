import type pg from "pg";
import type { OfficeDatabase } from "../office/database.ts";
import { fail, type Finding, ok, skip, warn } from "./finding.ts";
import { some } from "./some.ts";

/** What of a box office's database says how it is reached. */
export type Reached = Pick<OfficeDatabase, "origin" | "ownerUrl" | "serverUrl" | "workerUrl">;

interface Rule {
  readonly check: string;
  /** Returns one row for each thing that is not as it should be. */
  readonly query: string;
  readonly fine: string;
  readonly advice: string;
  readonly tell: typeof fail;
}

const ourSchemas = "('app_public', 'app_hidden', 'app_private')";

const rules: readonly Rule[] = [
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
    tell: fail,
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
    tell: fail,
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
    tell: fail,
  },
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
    tell: fail,
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
    tell: fail,
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
    tell: fail,
  },
  {
    check: "triggers",
    query: `select format('%s of %s does not run', t.tgname, c.oid::regclass) as problem
      from pg_trigger as t
      join pg_class as c on c.oid = t.tgrelid
      where c.relnamespace::regnamespace::text in ${ourSchemas} and t.tgenabled in ('D', 'R')
      order by 1`,
    fine: "all of them run",
    advice:
      "What they guard and write down has been open since they were disabled: `alter table ... enable trigger`, and look at " +
      "what happened meanwhile (`npx lml check`).",
    tell: fail,
  },
  {
    check: "constraints",
    query: `select format('%s of %s is not %s', k.conname, k.conrelid::regclass,
        case when k.conenforced then 'validated' else 'enforced' end) as problem
      from pg_constraint as k
      join pg_class as c on c.oid = k.conrelid
      where c.relnamespace::regnamespace::text in ${ourSchemas}
        and not (k.convalidated and k.conenforced)
      union all
      select format('the index %s is not valid', i.indexrelid::regclass)
      from pg_index as i
      join pg_class as c on c.oid = i.indrelid
      where c.relnamespace::regnamespace::text in ${ourSchemas}
        and not (i.indisvalid and i.indisready and i.indislive)
      union all
      select format('%s has no primary key', c.oid::regclass)
      from pg_class as c
      where c.relnamespace::regnamespace::text in ${ourSchemas} and c.relkind in ('r', 'p')
        and not exists (select from pg_index as i where i.indrelid = c.oid and i.indisprimary)
      order by 1`,
    fine: "all of them hold for every row",
    advice:
      "What they prove is not proven: `alter table ... validate constraint`, or `reindex index`, which says what is wrong.",
    tell: fail,
  },
  {
    check: "definer functions",
    query: `select format('%s does not pin its search_path', p.oid::regprocedure) as problem
      from pg_proc as p
      where p.pronamespace::regnamespace::text in ${ourSchemas} and p.prosecdef
        and not coalesce(p.proconfig, '{}') @> array['search_path=""']
      order by 1`,
    fine: "every one pins its search_path",
    advice:
      "Whoever chooses its search_path chooses what its names mean: `alter function ... set search_path = ''`.",
    tell: fail,
  },
  {
    check: "views",
    query: `select format('%s shows what its owner sees', c.oid::regclass) as problem
      from pg_class as c
      where c.relnamespace::regnamespace::text = 'app_public'
        and (c.relkind = 'm'
          or c.relkind = 'v' and not coalesce(c.reloptions, '{}') @> '{security_invoker=true}'
            -- The masked views have a condition of their own.
            and not (
              c.relname in ('bookings_manager', 'customers_manager')
              and coalesce(c.reloptions, '{}') @> '{security_barrier=true}'
            ))
        and exists (
          select from aclexplode(c.relacl) as a
          where a.grantee = 0 or a.grantee::regrole::text in ('lml_anonymous', 'lml_user')
        )
      order by 1`,
    fine: "those that requests may read ask as whoever reads them, or mask what they show",
    advice: "`alter view ... set (security_invoker = true)`",
    tell: fail,
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
    tell: fail,
  },
];

/** Whether a database keeps people apart as it should. */
export async function examineSecurity(client: pg.ClientBase): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { check, query, fine, advice, tell } of rules) {
    const { rows } = await client.query<{ problem: string }>(query);
    const problems = rows.map(({ problem }) => problem);
    findings.push(problems.length === 0 ? ok(check, fine) : tell(check, some(problems), advice));
  }
  return findings;
}

const sealLagMinutesMax = 30;

/** Whether the audit log is as it was sealed, and how far behind the seals are. */
export async function examineAudit(client: pg.ClientBase): Promise<Finding> {
  const check = "audit log";
  const { rows: problems } = await client.query<{ problem: string; places: number }>(
    `select problem, count(*)::int as places from app_private.verify_audit_log()
    group by problem order by problem`,
  );
  if (problems.length > 0) {
    return fail(
      check,
      some(problems.map(({ problem, places }) => `${problem} (${places})`)),
      "Somebody who may do everything has changed history. Keep this database as it is, compare it with a backup, and " +
        "find out who: `npx lml check` names the rows.",
    );
  }
  const { rows } = await client.query<{ seals: number; minutes: number | null }>(
    `select (select count(*)::int from app_private.audit_seals) as seals, (
      select floor(extract(epoch from now() - min(l.created_at)) / 60)::int
      from app_public.audit_log as l
      where l.transaction_id >= coalesce(
        (select max(s.up_to) from app_private.audit_seals as s), 0
      )
    ) as minutes`,
  );
  const { seals = 0, minutes = null } = rows[0] ?? {};
  if (minutes === null || minutes <= sealLagMinutesMax) {
    return ok(
      check,
      `as it was sealed (${seals === 1 ? "1 seal" : `${seals} seals`}), ${minutes === null ? "up to now" : `up to ${minutes} minutes ago`}`,
    );
  }
  return warn(
    check,
    `what was written since ${minutes} minutes ago is not sealed`,
    "The worker seals every five minutes: is it running? A transaction that stays open holds the seal back, too: " +
      "select pid, xact_start from pg_stat_activity order by xact_start",
  );
}

const backupHoursMax = 24;

/** When the database was last copied away, as far as it knows. */
export async function examineBackup(
  client: pg.ClientBase,
  { origin }: Pick<Reached, "origin">,
): Promise<Finding> {
  const check = "backup";
  if (origin === "embedded") return skip(check, "stop the box office and copy its data directory");
  const { rows } = await client.query<{ mode: string; hours: number | null; failing: boolean }>(
    `select current_setting('archive_mode') as mode,
      extract(epoch from now() - last_archived_time) / 3600 as hours,
      coalesce(last_failed_time > last_archived_time, last_failed_time is not null) as failing
    from pg_stat_archiver`,
  );
  const { mode = "off", hours = null, failing = false } = rows[0] ?? {};
  const advice =
    "Keep base backups and the WAL on another machine (pgBackRest, barman, or your provider's), restore one regularly, " +
    "and keep LML_SECRET_KEY elsewhere.";
  if (mode === "off") {
    return warn(check, "the last one is not known: the server archives no WAL", advice);
  }
  if (failing) return warn(check, "archiving WAL fails", "See the server's log. " + advice);
  if (hours === null || hours > backupHoursMax) {
    return warn(check, "WAL was not archived for a day", advice);
  }
  return ok(check, `WAL was archived ${Math.round(hours)} hours ago; base backups are not known`);
}

/** Whether each process would log in as its own role. */
export function examineLogins({ origin, serverUrl, workerUrl }: Reached): Finding {
  const check = "connections";
  const logins = [
    ["LML_SERVER_DATABASE_URL", serverUrl, "lml_authenticator"],
    ["LML_WORKER_DATABASE_URL", workerUrl, "lml_worker"],
  ] as const;
  const wrong = logins.flatMap(([variable, url, role]) => {
    const user = url === undefined ? undefined : userOf(url);
    return user === undefined || user === role ? [] : [`${variable} logs in as ${user}`];
  });
  if (wrong.length > 0) {
    return fail(
      check,
      wrong.join("; "),
      "Row-level security holds for lml_authenticator and lml_worker: use their URLs.",
    );
  }
  const unknown = logins.filter(([, url]) => url === undefined).map(([variable]) => variable);
  if (unknown.length > 0) return skip(check, `${unknown.join(", ")} not set here`);
  return ok(
    check,
    origin === "embedded" ? "each process has a role of its own" : "each URL has its own role",
  );
}

/** Whether what leaves this machine is encrypted. */
export function examineEncryption(
  { ownerUrl, serverUrl, workerUrl }: Reached,
  environment: NodeJS.ProcessEnv,
): Finding {
  const check = "TLS";
  const open = [ownerUrl, serverUrl, workerUrl].flatMap((url) => {
    if (url === undefined) return [];
    const { hostname, searchParams } = new URL(url);
    if (isLoopback(hostname)) return [];
    const mode = searchParams.get("sslmode") ?? environment["PGSSLMODE"] ?? "none";
    return mode === "verify-full" ? [] : [`${userOf(url)} on ${hostname}: sslmode ${mode}`];
  });
  const publicUrl = environment["LML_PUBLIC_URL"];
  if (publicUrl !== undefined && URL.canParse(publicUrl)) {
    const { protocol, hostname } = new URL(publicUrl);
    if (protocol === "http:" && !isLoopback(hostname)) open.push(`LML_PUBLIC_URL is ${publicUrl}`);
  }
  if (open.length === 0) return ok(check, "on, or not needed on loopback");
  return warn(
    check,
    some([...new Set(open)]),
    "Passwords, tokens and names cross the network in the clear, or to whoever answers: sslmode=verify-full for the " +
      "database, and a proxy with TLS before the server.",
  );
}

const keyLengthMin = 32;

/** Whether the secrets are there, without showing them. */
export async function examineKeys(
  client: pg.ClientBase,
  { origin }: Pick<Reached, "origin">,
  environment: NodeJS.ProcessEnv,
): Promise<Finding[]> {
  const check = "keys";
  const { rows } = await client.query<{ factors: number; tickets: boolean }>(
    `select (select count(*)::int from app_private.two_factor_secrets) as factors,
      exists (select from app_private.signing_keys where name = 'ticket_credential') as tickets`,
  );
  const { factors = 0, tickets = false } = rows[0] ?? {};
  const findings: Finding[] = [];
  const key = environment["LML_SECRET_KEY"] || undefined;
  const keep = "A value of its own, 32 characters or more, kept outside the database's backups.";
  if (key !== undefined && key.length < keyLengthMin) {
    findings.push(fail(check, "LML_SECRET_KEY is too short", keep));
  } else if (key === undefined && origin === "given") {
    const users = factors === 0 ? "" : `, and ${factors} users have a second factor`;
    findings.push(
      warn(
        check,
        `LML_SECRET_KEY is not set here${users}`,
        `The server needs it for second factors. ${keep}`,
      ),
    );
  }
  const stripe = environment["STRIPE_SECRET_KEY"] || undefined;
  if (stripe !== undefined && (environment["STRIPE_WEBHOOK_SECRET"] ?? "") === "") {
    findings.push(
      fail(
        check,
        "STRIPE_SECRET_KEY is set, and STRIPE_WEBHOOK_SECRET is not",
        "Without it, anybody could say that a booking is paid, so nothing is believed: take it from Stripe's dashboard.",
      ),
    );
  }
  if (!tickets) {
    findings.push(
      fail(
        check,
        "the key of the tickets' codes is missing",
        "Every ticket that was sold is refused at the door: restore app_private.signing_keys from a backup.",
      ),
    );
  }
  return findings.length === 0 ? [ok(check, "all are there")] : findings;
}

function userOf(url: string): string {
  return decodeURIComponent(new URL(url).username);
}

function isLoopback(hostname: string): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}
