import { realpathSync } from "node:fs";
import type pg from "pg";
import type { PostgresServer } from "../db/postgres.ts";
import { errorCode } from "../db/processes.ts";
import { CliError } from "../errors.ts";
import { onConnection } from "./connection.ts";
import { hasData, type OfficeDirectory, officeDirectory, prepareDirectory } from "./directory.ts";
import { readHistory, requireSameHistory } from "./history.ts";
import { loadSecrets, randomPassword, saveSecrets } from "./secrets.ts";
import { runningState } from "./state.ts";

/** A box office's database, and how each process reaches it. */
export interface OfficeDatabase {
  readonly origin: "embedded" | "given";
  /** For people: no password in it. */
  readonly place: string;
  /** As `lml_owner`. */
  readonly ownerUrl: string;
  /** As the login role of the server, where it is known. */
  readonly serverUrl: string | undefined;
  /** As the login role of the worker, where it is known. */
  readonly workerUrl: string | undefined;
  /** As somebody who may create roles and databases, on another database; absent when all we have is the owner. */
  readonly administratorUrl: string | undefined;
  /** The embedded server, if this is on one. */
  readonly postgres: PostgresServer | undefined;
  /** Stops what was started for it. */
  close(): Promise<void>;
}

/** How to open a database. */
export interface OpenDatabaseOptions {
  readonly directory: OfficeDirectory;
  /** Set up a new embedded server when there is none yet. */
  readonly create: boolean;
  /** Join the embedded server when another process runs it already. */
  readonly attach: boolean;
  /**
   * Whether server and worker are about to log in. With an administrator's DATABASE_URL they get passwords then: `new`
   * even replaces passwords that somebody else may be using.
   */
  readonly logins?: "none" | "known" | "new";
  readonly log?: (line: string) => void;
}

/** The environment variable that names a server to use instead of the embedded one. */
export function givenUrl(): string | undefined {
  return process.env["DATABASE_URL"] || undefined;
}

/** Opens DATABASE_URL when it is set, else the embedded server of the directory. */
export async function openDatabase(options: OpenDatabaseOptions): Promise<OfficeDatabase> {
  const given = givenUrl();
  return given === undefined
    ? await openEmbedded(options)
    : await openGiven(given, options.directory, options.logins ?? "none");
}

/**
 * Runs a command's work on the database: of DATABASE_URL, else of the running box office, else of an embedded server
 * that is started for as long as it takes.
 */
export async function withDatabase<T>(
  options: Omit<OpenDatabaseOptions, "attach">,
  action: (database: OfficeDatabase) => Promise<T>,
): Promise<T> {
  const database = await openDatabase({ ...options, attach: true });
  try {
    return await action(database);
  } finally {
    await database.close();
  }
}

/** Runs a command's statements as `lml_owner`, on a database that must be there already. */
export async function asOwner<T>(
  flags: { readonly data?: string },
  action: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const directory = officeDirectory(flags.data);
  return await withDatabase({ directory, create: false }, ({ ownerUrl }) =>
    onConnection(ownerUrl, action),
  );
}

async function openEmbedded(options: OpenDatabaseOptions): Promise<OfficeDatabase> {
  const { directory } = options;
  const running = runningState(directory);
  if (options.attach && running?.ownerUrl !== undefined) {
    return {
      origin: running.database,
      place: `the box office that runs in ${directory.root}`,
      ownerUrl: running.ownerUrl,
      serverUrl: running.serverUrl,
      workerUrl: running.workerUrl,
      administratorUrl: running.superuserUrl,
      postgres: undefined,
      close: async () => undefined,
    };
  }
  if (!options.create && !hasData(directory)) {
    throw new CliError(`There is no box office in ${directory.root} yet.`, {
      hint: "Start one with `npm start`, or set DATABASE_URL to a database of yours.",
    });
  }
  prepareDirectory(directory);
  const { startPostgres } = await import("../db/postgres.ts");
  const postgres = await startPostgres({
    directory: directory.postgres,
    attach: options.attach,
    log: options.log ?? (() => undefined),
  });
  return {
    origin: "embedded",
    place: `PostgreSQL on 127.0.0.1:${postgres.port}, in ${realpathSync(directory.root)}`,
    ownerUrl: postgres.url("lml_owner", databaseName),
    serverUrl: postgres.url("lml_authenticator", databaseName),
    workerUrl: postgres.url("lml_worker", databaseName),
    administratorUrl: postgres.url("postgres", "postgres"),
    postgres,
    close: () => postgres.stop(),
  };
}

/** The database on the embedded server. */
const databaseName = "lml";

interface Rights {
  readonly role: string;
  readonly administrator: boolean;
}

async function openGiven(
  given: string,
  directory: OfficeDirectory,
  logins: "none" | "known" | "new",
): Promise<OfficeDatabase> {
  const url = parseUrl(given, "DATABASE_URL");
  requireDatabaseName(url);
  const rights = await readRights(url);
  const server = process.env["LML_SERVER_DATABASE_URL"] || undefined;
  const worker = process.env["LML_WORKER_DATABASE_URL"] || undefined;
  const common = {
    origin: "given" as const,
    place: `${decodeURIComponent(url.pathname.slice(1))} on ${url.host} (DATABASE_URL)`,
    postgres: undefined,
    close: async () => undefined,
  };
  if (rights.role === "lml_owner") {
    return {
      ...common,
      ownerUrl: url.href,
      serverUrl: server,
      workerUrl: worker,
      administratorUrl: undefined,
    };
  }
  if (!rights.administrator) {
    throw new CliError(`DATABASE_URL logs in as ${rights.role}, who may not set up a database.`, {
      hint:
        "Give the URL of lml_owner (see db/roles.sql), or of a superuser, or of a role with CREATEROLE " +
        "and CREATEDB, who then creates the roles and the database.",
    });
  }
  const administratorUrl = asAdministrator(url);
  const roleUrl = async (role: string, known: string | undefined): Promise<string | undefined> =>
    known !== undefined || logins === "none"
      ? known
      : await ownPassword(url, administratorUrl, role, directory, logins === "new");
  return {
    ...common,
    ownerUrl: withSessionOption(url, "role=lml_owner"),
    serverUrl: await roleUrl("lml_authenticator", server),
    workerUrl: await roleUrl("lml_worker", worker),
    administratorUrl,
  };
}

/** The URL of a login role whose password this directory knows, or decides. */
async function ownPassword(
  url: URL,
  administratorUrl: string,
  role: string,
  directory: OfficeDirectory,
  setPasswords: boolean,
): Promise<string> {
  prepareDirectory(directory);
  const secrets = loadSecrets(directory);
  const known = secrets.roles[url.host]?.[role];
  if (known !== undefined && !setPasswords) {
    const roleUrl = withLogin(url, role, known);
    if (await mayLogIn(roleUrl)) return roleUrl;
  }
  // Roles belong to the whole server: a new password would lock out whoever else logs in with the old one.
  if (!setPasswords && (await hasPassword(administratorUrl, role))) {
    const variable = role === "lml_worker" ? "LML_WORKER_DATABASE_URL" : "LML_SERVER_DATABASE_URL";
    throw new CliError(
      `The role ${role} exists on ${url.host}, and its password is not known here.`,
      {
        hint:
          `Set ${variable} to its connection URL. If nobody else logs in with it, ` +
          "`--set-passwords` gives it a new password.",
      },
    );
  }
  const password = randomPassword();
  const roles = { ...secrets.roles, [url.host]: { ...secrets.roles[url.host], [role]: password } };
  saveSecrets(directory, { ...secrets, roles });
  return withLogin(url, role, password);
}

/** Whether somebody may be using a role already. Only a superuser sees whether it has a password. */
async function hasPassword(administratorUrl: string, role: string): Promise<boolean> {
  return await onConnection(administratorUrl, async (client) => {
    const { rows: rights } = await client.query<{ seen: boolean }>(
      "select has_table_privilege('pg_catalog.pg_authid', 'select') as seen",
    );
    const text =
      rights[0]?.seen === true
        ? "select from pg_authid where rolname = $1 and rolpassword is not null"
        : "select from pg_roles where rolname = $1";
    const { rowCount } = await client.query(text, [role]);
    return rowCount !== 0;
  });
}

async function mayLogIn(url: string): Promise<boolean> {
  try {
    await queryOnce(url, "select 1");
    return true;
  } catch (error) {
    const code = errorCode(error);
    // A wrong password shows before a missing database or missing rights on it.
    if (code === "28P01" || code === "28000") return false;
    if (code === "3D000" || code === "42501") return true;
    throw error;
  }
}

async function readRights(url: URL): Promise<Rights> {
  const text = `select rolname as role, rolsuper or (rolcreaterole and rolcreatedb) as administrator
    from pg_roles where rolname = current_user`;
  const read = async (at: URL): Promise<Rights[]> => {
    try {
      return await queryOnce<{ role: string; administrator: boolean }>(at.href, text);
    } catch (error) {
      throw unreachable(at, error);
    }
  };
  try {
    return firstOf(await read(url));
  } catch (error) {
    const code = error instanceof CliError ? errorCode(error.cause) : undefined;
    if (code !== "3D000") throw error;
    // The database is yet to be created, so ask elsewhere.
    const rights = firstOf(await read(elsewhere(url)));
    if (rights.administrator) return rights;
    throw error;
  }
}

function firstOf(rows: readonly Rights[]): Rights {
  const [rights] = rows;
  if (rights === undefined) throw new CliError("The server does not say who DATABASE_URL is.");
  return rights;
}

function unreachable(url: URL, error: unknown): CliError {
  const code = errorCode(error) ?? "";
  const reason = error instanceof Error && error.message !== "" ? error.message : code;
  const hints: Record<string, string> = {
    "28P01": "Check the user and the password in DATABASE_URL.",
    "28000": "Check the user in DATABASE_URL, and the server's pg_hba.conf.",
    "3D000":
      "Create it with `create database ... owner lml_owner`, or give a superuser's URL, who then creates it.",
    "22023":
      "Set up the roles first: `npx lml migrate` with a superuser's URL, or psql -f db/roles.sql.",
  };
  return new CliError(`No connection to ${url.host} (DATABASE_URL): ${reason}`, {
    hint: hints[code] ?? "Is the server running, and are host and port right?",
    cause: error,
  });
}

/** Reads a connection URL, and says which variable is wrong. */
function parseUrl(text: string, variable: string): URL {
  const hint = "It looks like postgres://user:password@host:5432/lml";
  let url: URL;
  try {
    url = new URL(text);
  } catch (error) {
    throw new CliError(`${variable} is not a URL.`, { hint, cause: error });
  }
  if (!/^postgres(ql)?:$/.test(url.protocol) || url.hostname === "") {
    throw new CliError(`${variable} is not the URL of a PostgreSQL server.`, { hint });
  }
  return url;
}

function requireDatabaseName(url: URL): void {
  const name = decodeURIComponent(url.pathname.slice(1));
  if (!["", "postgres", "template0", "template1"].includes(name)) return;
  throw new CliError(
    name === "" ? "DATABASE_URL names no database." : `DATABASE_URL names the database ${name}.`,
    {
      hint:
        "End it with the name that the box office's own database has or shall have, such as /lml. " +
        "With an administrator's URL it is created when missing.",
    },
  );
}

/** The administrator, connected to the database that every server has. */
function asAdministrator(url: URL): string {
  // Without being superuser, one may hand a database over only to a role that one may become.
  return withSessionOption(elsewhere(url), "createrole_self_grant=set,inherit");
}

function elsewhere(url: URL): URL {
  const other = new URL(url);
  other.pathname = "/postgres";
  return other;
}

function withLogin(url: URL, role: string, password: string): string {
  const other = new URL(url);
  other.username = role;
  other.password = password;
  return other.href;
}

function withSessionOption(url: URL, option: string): string {
  const other = new URL(url);
  const before = other.searchParams.get("options");
  other.searchParams.set("options", [before, `-c ${option}`].filter(Boolean).join(" "));
  return other.href;
}

async function queryOnce<Row extends pg.QueryResultRow>(
  url: string,
  text: string,
  values: unknown[] = [],
): Promise<Row[]> {
  return await onConnection(url, async (client) => (await client.query<Row>(text, values)).rows);
}

/**
 * Brings a database to the newest version, creating roles and database where we may.
 *
 * @returns the files that were applied.
 * @throws CliError when what was applied to it earlier is not what the files say now.
 */
export async function migrateDatabase(
  database: OfficeDatabase,
  log: (line: string) => void,
): Promise<readonly string[]> {
  const { administratorUrl, ownerUrl, serverUrl, workerUrl } = database;
  const history = await readHistory(ownerUrl, administratorUrl !== undefined);
  requireSameHistory(history);
  const { migrate } = await import("../db/migrate.ts");
  const roleUrls = [serverUrl, workerUrl].filter((url) => url !== undefined);
  await migrate({
    ownerUrl,
    ...(administratorUrl === undefined ? {} : { superuserUrl: administratorUrl, roleUrls }),
    log,
  });
  return history.pending;
}
