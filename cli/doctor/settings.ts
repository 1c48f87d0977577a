import type pg from "pg";
import { fail, type Finding, ok, warn } from "./finding.ts";

interface Expectation {
  readonly name: string;
  readonly good: (value: string) => boolean;
  readonly tell: typeof fail;
  readonly advice: string;
}

/** As pg_settings says it, and as people write it in `alter role ... set`. */
const isOn = (value: string): boolean => /^(on|true|yes|1)$/i.test(value);
const isOff = (value: string): boolean => /^(off|false|no|0)$/i.test(value);

const expectations: readonly Expectation[] = [
  {
    name: "fsync",
    good: isOn,
    tell: fail,
    advice: "Off, a power cut destroys the database: fsync = on.",
  },
  {
    name: "full_page_writes",
    good: isOn,
    tell: fail,
    advice: "Off, a power cut destroys the database: full_page_writes = on.",
  },
  {
    name: "synchronous_commit",
    good: (value) => !isOff(value),
    tell: warn,
    advice: "Off, the last sales before a crash are lost: synchronous_commit = on.",
  },
  {
    name: "default_transaction_isolation",
    good: (value) => value.toLowerCase() === "read committed",
    tell: fail,
    advice: "The functions rely on read committed: remove the setting.",
  },
  {
    name: "default_transaction_read_only",
    good: isOff,
    tell: fail,
    advice: "On, nothing can be sold: remove the setting.",
  },
  {
    name: "row_security",
    good: isOn,
    tell: fail,
    advice: "Off, policies raise errors instead of filtering: row_security = on.",
  },
  {
    name: "session_replication_role",
    good: (value) => value === "origin",
    tell: fail,
    advice: "Triggers and foreign keys do not run: session_replication_role = origin.",
  },
  {
    name: "standard_conforming_strings",
    good: isOn,
    tell: fail,
    advice: "Off, the functions' patterns mean something else: standard_conforming_strings = on.",
  },
  {
    name: "server_encoding",
    good: (value) => value === "UTF8",
    tell: fail,
    advice: "Names and hashes need UTF-8: create the database with encoding 'UTF8'.",
  },
  {
    name: "data_checksums",
    good: isOn,
    tell: warn,
    advice: "Off, broken disks go unnoticed: pg_checksums --enable, with the server stopped.",
  },
  {
    name: "max_connections",
    good: (value) => Number(value) >= 50,
    tell: warn,
    advice: "Server, worker and people need about 30: max_connections = 100.",
  },
];

interface Setting {
  readonly name: string;
  readonly value: string;
  /** The role for which it was set; null: it holds for this connection. */
  readonly role: string | null;
}

/** Those of this connection, and those that our roles get instead when they log in. */
async function settingsOf(client: pg.ClientBase, names: readonly string[]): Promise<Setting[]> {
  const { rows } = await client.query<Setting>(
    `select s.name, s.setting as value, null as role
    from pg_settings as s where s.name = any ($1)
    union all
    select split_part(c.text, '=', 1), substr(c.text, strpos(c.text, '=') + 1), r.rolname
    from pg_db_role_setting as d
    join pg_database as b on b.datname = current_database() and d.setdatabase in (0, b.oid)
    join pg_roles as r on r.oid = d.setrole and r.rolname like 'lml\\_%'
    cross join unnest(d.setconfig) as c (text)
    where split_part(c.text, '=', 1) = any ($1)`,
    [names],
  );
  return rows;
}

/** Whether what a server is set to is what the functions rely on, whoever logs in. */
export async function examineSettings(client: pg.ClientBase): Promise<Finding[]> {
  const names = expectations.map(({ name }) => name);
  const settings = await settingsOf(client, names);
  const bad = expectations.flatMap(({ name, good, tell, advice }) =>
    settings
      .filter((setting) => setting.name === name && !good(setting.value))
      .map(({ value, role }) => {
        const whose = role === null ? "" : ` for ${role}`;
        return tell("settings", `${name} = ${value}${whose}`, advice);
      }),
  );
  return bad.length > 0
    ? bad
    : [ok("settings", `${names.length} that matter are as they should be`)];
}

/** Settings that write statements to the server's log, and the values at which they do not. */
const statementLogs: Readonly<Record<string, RegExp>> = {
  log_statement: /^(none|ddl)$/,
  log_min_duration_statement: /^-1$/,
  log_min_duration_sample: /^-1$/,
  log_transaction_sample_rate: /^0$/,
};

/** Whether the server's log would have the tokens that the tables do not. */
export async function examineLog(client: pg.ClientBase): Promise<Finding> {
  const check = "PostgreSQL's log";
  const lengths = ["log_parameter_max_length", "log_parameter_max_length_on_error"] as const;
  const settings = await settingsOf(client, [...Object.keys(statementLogs), ...lengths]);
  const isLong = (name: (typeof lengths)[number]): boolean =>
    settings.some((setting) => setting.name === name && setting.value !== "0");
  const first = settings.find(
    ({ name, value }) => statementLogs[name] !== undefined && !statementLogs[name].test(value),
  );
  const advice =
    "Parameters are tokens, hashes of passwords, names and addresses: log_parameter_max_length = 0, and " +
    "log_parameter_max_length_on_error = 0.";
  if (first !== undefined && isLong(lengths[0])) {
    const what = `${first.name} = ${first.value}`;
    return warn(check, `statements are written with their parameters (${what})`, advice);
  }
  if (isLong(lengths[1])) {
    return warn(check, "what fails is written with its parameters", advice);
  }
  return ok(check, "statements are not written with their parameters");
}

/** Whether addresses are the same in capitals: in Turkish, the small letter of I is another. */
export async function examineCollation(client: pg.ClientBase): Promise<Finding> {
  const { rows } = await client.query<{ collation: string; folds: boolean }>(
    `select coalesce(datlocale, datcollate) as collation, lower('INFO') = 'info' as folds
    from pg_database where datname = current_database()`,
  );
  const { collation = "", folds = false } = rows[0] ?? {};
  if (folds) return ok("collation", collation);
  return fail(
    "collation",
    `${collation}: lower('INFO') is not 'info', so INFO@ and info@ are two people`,
    "Create the database with locale_provider builtin and builtin_locale 'C.UTF-8', and restore a dump into it.",
  );
}

const heldBackBytesMax = 1024 ** 3;

/** Whether somebody who does not come for it keeps PostgreSQL's log from being removed: the usual way to a full disk. */
export async function examineSlots(
  client: pg.ClientBase,
  bytesMax = heldBackBytesMax,
): Promise<Finding> {
  const check = "replication slots";
  const { rows } = await client.query<{ slot: string; size: string }>(
    `select s.slot_name as slot, pg_size_pretty(d.held_back) as size
    from pg_replication_slots as s,
      pg_wal_lsn_diff(pg_current_wal_lsn(), s.restart_lsn) as d (held_back)
    where not s.active and d.held_back > $1
    order by d.held_back desc`,
    [bytesMax],
  );
  if (rows.length === 0) return ok(check, "none keeps much of PostgreSQL's log");
  return warn(
    check,
    rows
      .map(({ slot, size }) => `${slot} keeps ${size} of the log, and nobody reads it`)
      .join("; "),
    "It fills the disk. Start its reader, or: select pg_drop_replication_slot(NAME); and set max_slot_wal_keep_size.",
  );
}
