import pg from "pg";
import {
  makePgAdaptorWithPgClient,
  makePgService,
  type NodePostgresPgClient,
} from "postgraphile/adaptors/pg";
import type { WithPgClient } from "postgraphile/@dataplan/pg";
import { away, busy, cannotWrite, refusal, RefusedError } from "./errors.ts";
import type { Settings } from "./settings.ts";
import { runStatement, type Answer, type Statement } from "./statement.ts";

/** How many connections a server has unless told otherwise: enough for a few cores. More would only wait in the database. */
export const defaultPoolSize = 10;

/** How to reach the database. */
export interface DatabaseOptions {
  /** The database, as `lml_authenticator`. */
  readonly databaseUrl: string;
  /** How many connections at most. */
  readonly poolSize: number;
  /** Told of connections that broke while nobody used them. */
  readonly onError: (error: Error) => void;
  /** Told when the database begins to take nothing in, which callers are told without the reason. */
  readonly onRefusedWrite?: ((error: unknown) => void) | undefined;
}

/**
 * The database as the server uses it, with one pool for everything. GraphQL becomes the request's role in each
 * transaction; accounts, the webhook and health checks stay the login role, which may call what is granted to it and
 * nothing else. Two pools would hold twice the connections and wait for each other no less.
 */
export interface Database {
  readonly pool: pg.Pool;
  /** The pool as PostGraphile's source of connections. */
  readonly service: GraphileConfig.PgServiceConfiguration<"@dataplan/pg/adaptors/pg">;
  /** Makes a connection beside the pool, which is not used for requests. Who asks for it ends it. */
  connect(): Promise<pg.Client>;
  /** Runs a statement with settings, as one transaction; with the setting `role` as that role. Returns its rows. */
  query<Row>(settings: Settings, statement: Statement): Promise<Row[]>;
  /** Whether the database has refused to take something in within the last half minute. */
  refusesWrites(): boolean;
}

/** For how long a write that was refused counts: a balancer sends requests again then, and the next one tells. */
const refusalMs = 30_000;

/** Opens the pool; connections are made when they are needed. */
export function openDatabase(options: DatabaseOptions): Database {
  const { databaseUrl, poolSize, onError } = options;
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: poolSize,
    // Statements are sent without waiting for the answer to the one before.
    pipeline: true,
    // A request that waits longer for a connection is better told to come back.
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 30_000,
    application_name: "lml-server",
  });
  pool.on("error", onError);
  // One that breaks while it is in use, between two statements: without a listener the process would end.
  pool.on("connect", (client) => {
    client.on("error", onError);
    // What is sent is small and planned for little, even where estimates say otherwise. As PostGraphile's adaptor does.
    client.query("set jit_optimize_above_cost = -1").catch(onError);
  });
  let refusedAt = -Infinity;
  const refusesWrites = (): boolean => performance.now() - refusedAt < refusalMs;
  const ask = askWith(pool, (error) => {
    if (!cannotWrite(error)) return;
    // One line for many: the log may be on the same disk.
    if (!refusesWrites()) options.onRefusedWrite?.(error);
    refusedAt = performance.now();
  });
  const withPgClient = stepsAskWith(pool, ask);
  const service = makePgService({ pool, schemas: ["app_public"] });
  return {
    pool,
    connect: async () => {
      const client = new pg.Client({
        connectionString: databaseUrl,
        application_name: "lml-server",
        connectionTimeoutMillis: 5_000,
        statement_timeout: 5_000,
        // For a database that does not even say that it gave up.
        query_timeout: 10_000,
      });
      // What breaks it is told by the next statement; without a listener the process would end.
      client.on("error", () => undefined);
      await client.connect();
      return client;
    },
    service: { ...service, adaptor: { createWithPgClient: () => withPgClient, makePgService } },
    query: async <Row>(settings: Settings, statement: Statement) =>
      (await ask<Row>(settings, statement)).rows,
    refusesWrites,
  };
}

type Ask = <Row>(settings: Settings | null, statement: Statement) => Promise<Answer<Row>>;

/** How statements are asked: each is a transaction of its own, on a connection that is its own until it is answered. */
function askWith(pool: pg.Pool, onError: (error: unknown) => void): Ask {
  return async (settings, statement) => {
    let client: pg.PoolClient;
    try {
      client = await pool.connect();
    } catch (error) {
      onError(error);
      // No connection is free, or none can be made: nothing was done.
      throw refusal(isCrowded(error) ? busy : away, error);
    }
    try {
      return await runStatement(client, settings, statement);
    } catch (error) {
      onError(error);
      throw isForSignedIn(error, settings)
        ? new RefusedError("LMAUT", "You are not signed in.", {
            hint: 'Sign in and send the token as "Authorization: Bearer TOKEN".',
            cause: error,
          })
        : error;
    } finally {
      client.release();
    }
  };
}

/** What PostGraphile's steps ask with: one statement each. Should one ask for a transaction, its adaptor makes it. */
function stepsAskWith(pool: pg.Pool, ask: Ask): WithPgClient<NodePostgresPgClient> {
  const adaptor = makePgAdaptorWithPgClient(pool);
  return async (settings, step) =>
    await step({
      query: (statement) => ask(settings, statement),
      withTransaction: (action) => adaptor(settings, action),
      get rawClient(): never {
        throw new Error("A connection of one's own would be the login role's, without settings.");
      },
    });
}

/** Whether all connections are taken: the server's own, or all that the database has. */
function isCrowded(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return (
    ("code" in error && error.code === "53300") ||
    /timeout exceeded when trying to connect/.test(error.message)
  );
}

/** Whether somebody without a session used what only users are granted. */
function isForSignedIn(error: unknown, settings: Settings | null): boolean {
  return (
    settings?.["role"] === "lml_anonymous" &&
    typeof error === "object" &&
    error !== null &&
    "code" in error &&
    error.code === "42501"
  );
}
