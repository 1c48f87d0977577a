import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import pg from "pg";
import { migrate } from "../../cli/db/migrate.ts";
import { applyPending } from "../../cli/db/pending.ts";
import { connectionsMax, temporaryPostgres, throwAwaySettings } from "../../cli/db/postgres.ts";

/** What the test files of one process share. */
export interface TestServer {
  /** A superuser, connected to the database `postgres` or whatever TEST_DATABASE_URL names. */
  readonly superuserUrl: string;
  /** The passwords of the roles that log in. */
  readonly passwords: Readonly<Record<string, string>>;
  /** The prefix of every database of this run. */
  readonly prefix: string;
  /** The migrated database that tests copy. Nobody may connect to it. */
  readonly template: string;
  /** The same with fixtures and a theatre that sells. */
  readonly theatre: string;
  /** A migrated database with pgTAP in schema `tap` and fixtures in `tests`, for tests that roll back. */
  readonly shared: string;
}

/** A server for one process of a test run, and how to give it back. */
export interface RunningTestServer {
  readonly server: TestServer;
  stop(): Promise<void>;
}

const loginRoles = ["lml_owner", "lml_authenticator", "lml_worker"] as const;

/** Finds or starts the server that the environment asks for, and builds the databases that tests copy. */
export async function startTestServer(log: (line: string) => void): Promise<RunningTestServer> {
  const { superuserUrl, stop } = await chooseServer(log);
  try {
    await dropOldRuns(superuserUrl);
    const prefix = `lml_test_${Date.now().toString(36)}_${process.pid}`;
    const passwords = Object.fromEntries(
      loginRoles.map((role) => [role, derivedPassword(superuserUrl, role)]),
    );
    const server = {
      superuserUrl,
      passwords,
      prefix,
      template: `${prefix}_template`,
      theatre: `${prefix}_theatre`,
      shared: `${prefix}_shared`,
    };
    await buildDatabases(server, log);
    return {
      server,
      stop: async () => {
        await dropDatabases(superuserUrl, (name) => name.startsWith(prefix));
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The URL of a role on a database of the test server. */
export function testUrl(server: TestServer, role: string, database: string): string {
  const url = new URL(server.superuserUrl);
  url.pathname = `/${encodeURIComponent(database)}`;
  if (role !== "superuser") {
    const password = server.passwords[role];
    if (password === undefined) throw new Error(`${role} does not log in.`);
    url.username = role;
    url.password = password;
  }
  return url.href;
}

/** Runs statements on a connection of their own. */
export async function onConnection<T>(
  url: string,
  action: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await action(client);
  } finally {
    await client.end();
  }
}

/**
 * Copies a template. A copy inherits everything but the rights on the database itself. Its files are copied as they are:
 * writing them to the log as well takes half as long again.
 */
export async function copyTemplate(
  server: TestServer,
  name: string,
  template = server.template,
): Promise<void> {
  await onConnection(server.superuserUrl, async (client) => {
    await client.query(
      `create database ${name} owner lml_owner template ${template} strategy file_copy`,
    );
    await client.query(`revoke all on database ${name} from public`);
    await client.query(
      `grant connect on database ${name} to lml_authenticator, lml_worker, lml_analyst`,
    );
  });
}

async function chooseServer(
  log: (line: string) => void,
): Promise<{ superuserUrl: string; stop: () => Promise<void> }> {
  const given = process.env["TEST_DATABASE_URL"];
  if (given !== undefined && given !== "") {
    return { superuserUrl: given, stop: async () => undefined };
  }
  if (process.env["TEST_DATABASE"] === "testcontainers") {
    log("tests: starting a container with PostgreSQL 18");
    const { GenericContainer, Wait } = await import("testcontainers");
    const settings = { ...throwAwaySettings, max_connections: connectionsMax };
    const container = await new GenericContainer("postgres:18")
      .withEnvironment({ POSTGRES_PASSWORD: "postgres" })
      // In memory and without waiting for disks, as the embedded server: tests of crowds have no time for them.
      .withTmpFs({ "/var/lib/postgresql": "rw" })
      .withCommand(Object.entries(settings).flatMap(([key, value]) => ["-c", `${key}=${value}`]))
      .withExposedPorts(5432)
      // The image starts a server to set itself up first, and the real one after it.
      .withWaitStrategy(Wait.forLogMessage(/ready to accept connections/, 2))
      .start();
    const address = `${container.getHost()}:${container.getMappedPort(5432)}`;
    return {
      superuserUrl: `postgres://postgres:postgres@${address}/postgres`,
      stop: async () => {
        await container.stop();
      },
    };
  }
  const server = await temporaryPostgres();
  return { superuserUrl: server.url("postgres", "postgres"), stop: () => server.stop() };
}

async function buildDatabases(server: TestServer, log: (line: string) => void): Promise<void> {
  const ownerUrl = testUrl(server, "lml_owner", server.template);
  const roleUrls = loginRoles.map((role) => testUrl(server, role, server.template));
  await migrate({ ownerUrl, superuserUrl: server.superuserUrl, roleUrls });
  const pending = await applyPending(ownerUrl);
  if (pending.length > 0) {
    log(`tests: including ${pending.length} files that are not committed as a migration`);
  }
  await closeTemplate(server, server.template);
  await copyTemplate(server, server.theatre);
  await onConnection(testUrl(server, "lml_owner", server.theatre), async (client) => {
    await client.query(fixturesSql());
    await client.query("select tests.create_theatre()");
  });
  await closeTemplate(server, server.theatre);
  await copyTemplate(server, server.shared);
  await onConnection(testUrl(server, "lml_owner", server.shared), async (client) => {
    await loadPgTap(client);
    await client.query("reset search_path");
    await client.query(fixturesSql());
  });
}

/** Nobody may connect to what is copied. */
async function closeTemplate(server: TestServer, name: string): Promise<void> {
  await onConnection(server.superuserUrl, async (client) => {
    await client.query(`alter database ${name} with allow_connections false`);
  });
}

/** People, theatres and identities, as functions in schema `tests`: for a test's own database, too. */
export function fixturesSql(): string {
  return readFileSync(join(import.meta.dirname, "fixtures.sql"), "utf8");
}

/** Loads pgTAP, which is plain SQL, into a schema of its own that every role may use. */
async function loadPgTap(client: pg.Client): Promise<void> {
  const database = client.escapeIdentifier(client.database ?? "");
  await client.query("create schema tap; set search_path = tap");
  await client.query(pgTapSource());
  await client.query(
    `grant usage on schema tap to public;
    grant all on all tables in schema tap to public;
    grant execute on all functions in schema tap to public;
    -- Comparing results makes temporary tables, as whichever role the test has become.
    grant temporary on database ${database} to public;`,
  );
}

/** The script of pgTAP's newest version, out of the package's archive and without psql's commands. */
function pgTapSource(): string {
  const require = createRequire(import.meta.url);
  // The package exports no path to the archive, which lies beside its entry.
  const archive = join(dirname(require.resolve("@electric-sql/pglite-pgtap")), "pgtap.tar.gz");
  const files = [...readTar(gunzipSync(readFileSync(archive)))];
  const control = files.find(({ path }) => path.endsWith("/pgtap.control"));
  const version = /default_version\s*=\s*'([^']+)'/.exec(control?.text ?? "")?.[1];
  const script = files.find(({ path }) => path.endsWith(`/pgtap--${version}.sql`));
  if (script === undefined) throw new Error("pgTAP's archive holds no script of its version.");
  return script.text.replaceAll(/^\\.*$/gm, "");
}

function* readTar(archive: Buffer): Generator<{ path: string; text: string }> {
  const field = (start: number, length: number): string =>
    archive
      .subarray(start, start + length)
      .toString("utf8")
      .replace(/\0.*$/s, "");
  for (let at = 0; at + 512 <= archive.length && archive[at] !== 0;) {
    const size = Number.parseInt(field(at + 124, 12).trim(), 8) || 0;
    yield { path: field(at, 100), text: archive.toString("utf8", at + 512, at + 512 + size) };
    at += 512 + Math.ceil(size / 512) * 512;
  }
}

/** The same for every run on a server, so that two runs at a time do not take the roles away from each other. */
function derivedPassword(superuserUrl: string, role: string): string {
  return createHash("sha256").update(`${superuserUrl} ${role}`).digest("base64url");
}

const abandonedMs = 6 * 60 * 60 * 1000;

/** Removes what killed runs left on a server that outlives its runs. */
async function dropOldRuns(superuserUrl: string): Promise<void> {
  await dropDatabases(superuserUrl, (name) => {
    const started = Number.parseInt(/^lml_test_([0-9a-z]+)_/.exec(name)?.[1] ?? "", 36);
    return Date.now() - started > abandonedMs;
  });
}

async function dropDatabases(
  superuserUrl: string,
  matches: (name: string) => boolean,
): Promise<void> {
  await onConnection(superuserUrl, async (client) => {
    const { rows } = await client.query<{ datname: string }>(
      "select datname from pg_database where datname like 'lml\\_test\\_%'",
    );
    for (const { datname } of rows.filter((row) => matches(row.datname))) {
      await client.query(
        `drop database if exists ${client.escapeIdentifier(datname)} with (force)`,
      );
    }
  });
}
