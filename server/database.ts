import pg from "pg";
import {
  makePgAdaptorWithPgClient,
  makePgService,
  type NodePostgresPgClient,
} from "postgraphile/adaptors/pg";
import type { WithPgClient } from "postgraphile/@dataplan/pg";
import {
  away,
  busy,
  cannotWrite,
  isOfLostConnection,
  type PublicError,
  RefusedError,
  unknownOutcome,
} from "./errors.ts";

/** Settings of one transaction, such as `{ role: "lml_anonymous" }`. */
export type Settings = Readonly<Record<string, string | undefined>>;

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
  /** Runs statements in a transaction with settings; with the setting `role` as that role. */
  transaction<T>(settings: Settings, action: (client: pg.ClientBase) => Promise<T>): Promise<T>;
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
  pool.on("connect", (client) => client.on("error", onError));
  let refusedAt = -Infinity;
  const refusesWrites = (): boolean => performance.now() - refusedAt < refusalMs;
  const withPgClient = pipelinedWithPgClient(pool, (error) => {
    if (!cannotWrite(error)) return;
    // One line for many: the log may be on the same disk.
    if (!refusesWrites()) options.onRefusedWrite?.(error);
    refusedAt = performance.now();
  });
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
    transaction: (settings, action) =>
      withPgClient({ ...settings }, ({ rawClient }) => action(rawClient)),
    refusesWrites,
  };
}

/**
 * Runs statements in a transaction with settings, in two round trips instead of four: `begin` and the settings are sent
 * together with the first statement, which waits for neither. Should one of them fail, so does everything after it, and
 * without its role the login role itself may read and call nothing of the API.
 */
function pipelinedWithPgClient(
  pool: pg.Pool,
  onError: (error: unknown) => void,
): WithPgClient<NodePostgresPgClient> {
  // Connections, prepared statements and their number are its business.
  const withConnection = makePgAdaptorWithPgClient(pool);
  const withPgClient: WithPgClient<NodePostgresPgClient> = async (settings, action) => {
    let connected = false;
    try {
      return await withConnection(null, async (client) => {
        connected = true;
        return settings === null
          ? await action(client)
          : await inTransaction(client, settings, action);
      });
    } catch (error) {
      onError(error);
      // No connection is free, or none can be made: nothing was done.
      if (!connected) throw refusal(isCrowded(error) ? busy : away, error);
      throw isForSignedIn(error, settings)
        ? new RefusedError("LMAUT", "You are not signed in.", {
            hint: 'Sign in and send the token as "Authorization: Bearer TOKEN".',
            cause: error,
          })
        : error;
    }
  };
  return withPgClient;
}

async function inTransaction<T>(
  client: NodePostgresPgClient,
  settings: Settings,
  action: (client: NodePostgresPgClient) => T | Promise<T>,
): Promise<T> {
  const { rawClient } = client;
  const begun = Promise.all([rawClient.query("begin"), rawClient.query(settingsQuery(settings))]);
  // Waited for below. Until then a failure must not count as one that nobody handles.
  begun.catch(() => undefined);
  let ending = false;
  try {
    const result = await action(nested(client, 1));
    await begun;
    ending = true;
    await rawClient.query("commit");
    return result;
  } catch (error) {
    const isLost = await rawClient.query("rollback").then(
      () => false,
      // The connection is broken, and the pool drops it.
      () => isOfLostConnection(error),
    );
    // Nobody else commits what was begun, so nothing of it lasts unless it was to end there.
    if (isLost) throw refusal(ending ? unknownOutcome : away, error);
    // The reason, when what was seen is only that the transaction had failed before.
    await begun;
    throw error;
  }
}

function refusal(told: PublicError, cause: unknown): RefusedError {
  return new RefusedError(told.code, told.message, { ...told, cause });
}

/** Whether all connections are taken: the server's own, or all that the database has. */
function isCrowded(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return (
    ("code" in error && error.code === "53300") ||
    /timeout exceeded when trying to connect/.test(error.message)
  );
}

/** The same client inside a transaction, where a transaction is a savepoint. */
function nested(client: NodePostgresPgClient, level: number): NodePostgresPgClient {
  return {
    rawClient: client.rawClient,
    query: (options) => client.query(options),
    withTransaction: async (action) => {
      const savepoint = `level_${level}`;
      await client.rawClient.query(`savepoint ${savepoint}`);
      try {
        const result = await action(nested(client, level + 1));
        await client.rawClient.query(`release savepoint ${savepoint}`);
        return result;
      } catch (error) {
        await client.rawClient.query(`rollback to savepoint ${savepoint}`);
        throw error;
      }
    },
  };
}

const settingsTexts = new Map<string, { name: string; text: string }>();

/** One prepared statement for each set of settings, of which there is one for each kind of request. */
function settingsQuery(settings: Settings): pg.QueryConfig {
  const names = Object.keys(settings);
  const key = names.join();
  let known = settingsTexts.get(key);
  if (known === undefined) {
    const calls = names.map((name, at) => `set_config('${literal(name)}', $${at + 1}, true)`);
    known = { name: `lml_settings_${settingsTexts.size}`, text: `select ${calls.join(", ")}` };
    settingsTexts.set(key, known);
  }
  return { ...known, values: names.map((name) => settings[name] ?? "") };
}

function literal(name: string): string {
  if (!/^[a-z_]+(\.[a-z_]+)?$/.test(name)) throw new Error(`This is not a setting: ${name}`);
  return name;
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
