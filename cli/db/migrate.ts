import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Logger, migrate as migrateCommitted, type Settings } from "graphile-migrate";
import { clearAllPools } from "graphile-migrate/dist/pgReal.js";
import JSON5 from "json5";
import pg from "pg";
import { installQueue } from "./install-queue.ts";
import { repositoryRoot } from "./paths.ts";

/** What to migrate. */
export interface MigrateOptions {
  /** The database, as `lml_owner`. */
  readonly ownerUrl: string;
  /** A superuser, connected to any other database of the server: creates roles and the database when missing. */
  readonly superuserUrl?: string;
  /** URLs of other roles, such as `lml_worker`: with a superuser, these roles get the passwords that stand in them. */
  readonly roleUrls?: readonly string[];
  /** Another place for `committed/` and `before.sql`. */
  readonly migrationsFolder?: string;
  /** Told what happens, in one line each. */
  readonly log?: (line: string) => void;
}

/** Raised when a database cannot be migrated. The message says why and what to do. */
class MigrateError extends Error {
  override name = "MigrateError";
}

/** Any constant will do, as long as nothing else in this server uses it. */
const lockKey = 7_201_842_005;

/** Brings a database to the newest version. Safe to run twice and by two processes at once. */
export async function migrate(options: MigrateOptions): Promise<void> {
  const log = options.log ?? (() => undefined);
  if (options.superuserUrl !== undefined) {
    await createRolesAndDatabase(
      options.superuserUrl,
      options.ownerUrl,
      options.roleUrls ?? [],
      log,
    );
  }
  const settings = await readSettings(options.migrationsFolder);
  await withLock(options.ownerUrl, async (client) => {
    await requireOwner(client);
    log("preparing the database");
    await client.query(await readFile(join(settings.migrationsFolder, "before.sql"), "utf8"));
    await installQueue(options.ownerUrl);
    const { beforeAllMigrations: _done, ...rest } = settings;
    try {
      await migrateCommitted({
        ...rest,
        connectionString: options.ownerUrl,
        logger: lineLogger(log),
      });
    } finally {
      await closePools();
    }
  });
}

/** The settings of `.gmrc`, with absolute paths, and with commands that find this Node whatever PATH says. */
export async function readSettings(
  migrationsFolder = join(repositoryRoot, "db", "migrations"),
): Promise<Settings & { migrationsFolder: string }> {
  const text = await readFile(join(repositoryRoot, ".gmrc"), "utf8");
  const settings: Settings = JSON5.parse(text);
  const installQueueFile = join(repositoryRoot, "cli", "db", "install-queue.ts");
  return {
    ...settings,
    migrationsFolder,
    beforeAllMigrations: [
      "before.sql",
      { _: "command", command: `${quoted(process.execPath)} ${quoted(installQueueFile)}` },
    ],
  };
}

/** A logger for graphile-migrate that passes on lines without its name and time. */
export function lineLogger(log: (line: string) => void): Logger {
  return new Logger(() => (level, message) => {
    if (level === "debug") return;
    const text = message.replace(/^graphile-migrate(\[shadow\])?: /, "$1 ").trim();
    if (text !== "") log(text);
  });
}

/**
 * Closes graphile-migrate's idle connections. It keeps them for a moment, and ends this process when the server goes
 * away within that moment.
 */
export async function closePools(): Promise<void> {
  clearAllPools();
  await sleep(20);
}

async function createRolesAndDatabase(
  superuserUrl: string,
  ownerUrl: string,
  roleUrls: readonly string[],
  log: (line: string) => void,
): Promise<void> {
  const owner = new URL(ownerUrl);
  const database = decodeURIComponent(owner.pathname.slice(1));
  if (database === "") throw new MigrateError("The owner's URL names no database.");
  await withLock(superuserUrl, async (client) => {
    log("creating what is missing of roles and database");
    await client.query(await readFile(join(repositoryRoot, "db", "roles.sql"), "utf8"));
    for (const url of [owner, ...roleUrls.map((text) => new URL(text))]) {
      const role = decodeURIComponent(url.username);
      const password = decodeURIComponent(url.password);
      if (password === "" || !role.startsWith("lml_")) continue;
      const statement = `alter role ${client.escapeIdentifier(role)} password `;
      await client.query(statement + client.escapeLiteral(password));
    }
    const { rowCount } = await client.query("select from pg_database where datname = $1", [
      database,
    ]);
    if (rowCount !== 0) return;
    // One collation on every server: the order of text must not depend on where the server was set up.
    await client.query(
      `create database ${client.escapeIdentifier(database)} owner lml_owner template template0
        encoding 'UTF8' locale 'C' locale_provider builtin builtin_locale 'C.UTF-8'`,
    );
  });
}

async function requireOwner(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ role: string; owner: string; database: string }>(
    `select current_user as role, current_database() as database,
      (select pg_get_userbyid(datdba) from pg_database where datname = current_database()) as owner`,
  );
  const [found] = rows;
  if (found?.role === "lml_owner" && found.owner === "lml_owner") return;
  throw new MigrateError(
    `Migrations run as lml_owner in a database that lml_owner owns, and this is ${found?.role} in ` +
      `${found?.database}, which ${found?.owner} owns. Run db/roles.sql as a superuser, set lml_owner's password, ` +
      `and \`create database ${found?.database} owner lml_owner\`, or give a superuser's URL as well.`,
  );
}

async function withLock(url: string, action: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query("select pg_advisory_lock($1)", [lockKey]);
    await action(client);
  } finally {
    // Ending the session gives the lock back.
    await client.end();
  }
}

function quoted(path: string): string {
  return `"${path.replaceAll(/(["\\$`])/g, "\\$1")}"`;
}
