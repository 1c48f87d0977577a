import pg from "pg";
import { inject, vi } from "vitest";
import { copyTemplate, onConnection, testUrl, type TestServer } from "./server.ts";

/** The roles that a test connects as. */
export type ConnectionRole = "superuser" | "lml_owner" | "lml_authenticator" | "lml_worker";

/** A database of a test's own, in which it may commit. */
export interface TestDatabase {
  readonly name: string;
  /** The connection URL of a role. */
  url(role: ConnectionRole): string;
  /** A connected client, closed when the database is dropped. */
  connect(role: ConnectionRole): Promise<pg.Client>;
  /** A pool, closed when the database is dropped. */
  pool(role: ConnectionRole, size?: number): pg.Pool;
  drop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Who asks, as the server tells the database for each request. */
export type Identity =
  | "superuser"
  | "lml_owner"
  | "lml_worker"
  | "lml_authenticator"
  | "lml_analyst"
  /** A request without a session, and perhaps with the token of a cart. */
  | { readonly anonymous: true; readonly cartToken?: string; readonly settings?: Settings }
  /** A request with a session's token. */
  | { readonly sessionToken: string; readonly cartToken?: string; readonly settings?: Settings };

/** More settings of a request, such as `{ "lml.channel": "mobile" }`. */
export type Settings = Readonly<Record<string, string>>;

/** One transaction that is rolled back, in which a test may be one after the other. */
export interface TestTransaction {
  readonly client: pg.Client;
  /** Becomes somebody else from here on. */
  become(identity: Identity): Promise<void>;
  /** Runs a statement and returns its rows. */
  rows<Row extends pg.QueryResultRow>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Runs a statement that must fail, and returns the error. The transaction goes on as if it had not run. */
  refused(text: string, values?: readonly unknown[]): Promise<pg.DatabaseError>;
}

let copies = 0;

/**
 * A fresh copy of a migrated template, empty or with a theatre (see fixtures.sql), or of another test's database to which
 * nobody is connected. Copying takes some hundredths of a second. Use with `await using`, or drop it.
 */
export async function testDatabase(
  source: "template" | "theatre" | TestDatabase = "template",
): Promise<TestDatabase> {
  const server = testServer();
  const name = `${server.prefix}_${process.pid}_${(copies += 1)}`;
  await copyTemplate(server, name, typeof source === "string" ? server[source] : source.name);
  const open: { end(): Promise<void> }[] = [];
  const url = (role: ConnectionRole): string => testUrl(server, role, name);
  const drop = async (): Promise<void> => {
    await Promise.all(open.splice(0).map((connection) => connection.end().catch(() => undefined)));
    await onConnection(server.superuserUrl, async (client) => {
      await client.query(`drop database if exists ${name} with (force)`);
    });
  };
  return {
    name,
    url,
    connect: async (role) => {
      const client = new pg.Client({ connectionString: url(role) });
      await client.connect();
      open.push(client);
      return client;
    },
    pool: (role, size = 10) => {
      const pool = new pg.Pool({ connectionString: url(role), max: size });
      // An ended pool does not wait until its connections are closed, and dropping the database cuts them.
      const onError = (error: Error): void => {
        if (open.includes(pool)) throw error;
      };
      pool.on("error", onError);
      pool.on("connect", (client) => client.on("error", onError));
      open.push(pool);
      return pool;
    },
    drop,
    [Symbol.asyncDispose]: drop,
  };
}

/**
 * Runs a function in a transaction that is rolled back, on a database that all tests share. It starts as `identity`, and
 * may become somebody else: set up as `lml_owner`, then act as a user.
 */
export async function inTransaction<T>(
  identity: Identity,
  action: (transaction: TestTransaction) => Promise<T>,
): Promise<T> {
  const server = testServer();
  return await onConnection(asOwner(testUrl(server, "superuser", server.shared)), (client) =>
    rolledBack(client, identity, action),
  );
}

/** The same on a connection of one's own, which must be a superuser's. */
export async function rolledBack<T>(
  client: pg.Client,
  identity: Identity,
  action: (transaction: TestTransaction) => Promise<T>,
): Promise<T> {
  const become = async (next: Identity): Promise<void> => {
    const settings = requestSettings(next);
    for (const [name, value] of Object.entries(settings)) {
      await client.query("select set_config($1, $2, true)", [name, value]);
    }
  };
  await client.query("begin");
  try {
    await become(identity);
    return await action({
      client,
      become,
      rows: async <Row extends pg.QueryResultRow>(text: string, values?: readonly unknown[]) =>
        (await client.query<Row>(text, values === undefined ? undefined : [...values])).rows,
      refused: async (text, values) => {
        await client.query("savepoint refused");
        try {
          await client.query(text, values === undefined ? undefined : [...values]);
        } catch (error) {
          await client.query("rollback to savepoint refused");
          if (error instanceof pg.DatabaseError) return error;
          throw error;
        }
        throw new Error(`This should have been refused, and was not: ${text}`);
      },
    });
  } finally {
    await client.query("rollback");
  }
}

/** The server of this process, which runs one test file after the other. */
export function testServer(): TestServer {
  const servers = inject("testServers");
  if (typeof servers === "string") throw new Error(`There is no test database: ${servers}`);
  // Vitest numbers the processes that run at the same time from 1 on.
  const server = servers[(Number(process.env["VITEST_POOL_ID"]) - 1) % servers.length];
  if (server === undefined) throw new Error("This process has no number.");
  return server;
}

/** Asks until the answer is neither nothing nor no, for as long as a test may take. */
export async function until<T>(ask: () => T | Promise<T>): ReturnType<typeof vi.waitUntil<T>> {
  return await vi.waitUntil(ask, { timeout: 50_000 });
}

/**
 * SQL of whether a job `j` of the clock has had its only attempt, as when its worker died: the clock gives it anew within a
 * minute, for which no test is to wait.
 */
export const isGivenAnew = `(
  j.payload::jsonb ? '_cron' and j.locked_at is null and j.attempts >= j.max_attempts
)`;

/** Keeps the clock from giving a task to the workers of a database, for tests that do it when they want it done. */
export async function silenceClock(database: TestDatabase, task: string): Promise<void> {
  const superuser = await database.connect("superuser");
  // To the clock it was given just now, and will have been for as long as any test lasts.
  await superuser.query(
    `insert into graphile_worker._private_known_crontabs (identifier, known_since, last_execution)
    values ($1, now(), now() + interval '1 day')
    on conflict (identifier) do update set last_execution = excluded.last_execution`,
    [task],
  );
  await superuser.end();
}

/** A superuser's URL whose sessions are `lml_owner` until they become somebody else, and again after `reset role`. */
export function asOwner(superuserUrl: string, role = "lml_owner"): string {
  const url = new URL(superuserUrl);
  if (role !== "superuser") url.searchParams.set("options", `-c role=${role}`);
  return url.href;
}

function requestSettings(identity: Identity): Record<string, string> {
  const nobody = { "lml.session_token": "", "lml.cart_token": "" };
  if (typeof identity === "string") {
    return { role: identity === "superuser" ? "none" : identity, ...nobody };
  }
  return {
    role: "sessionToken" in identity ? "lml_user" : "lml_anonymous",
    ...nobody,
    "lml.session_token": "sessionToken" in identity ? identity.sessionToken : "",
    "lml.cart_token": identity.cartToken ?? "",
    ...identity.settings,
  };
}
