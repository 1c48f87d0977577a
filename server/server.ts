// First, before what it is for.
import { graphileEnvironment } from "./graphile-environment.ts";
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import fastify, {
  LogController,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from "fastify";
import type { GraphQLSchema } from "postgraphile/graphql";
import Stripe from "stripe";
import { defaultPoolSize, openDatabase, type Database } from "./database.ts";
import { publicError, ServerError, type PublicError } from "./errors.ts";
import { loggable } from "./graphql/errors.ts";
import { addGraphql } from "./graphql/handler.ts";
import { buildSchema } from "./graphql/schema.ts";
import { defaultSocketSettings, type SocketSettings } from "./graphql/socket.ts";
import { defaultRateLimits, harden, type RateLimits } from "./hardening.ts";
import { addHealth, missingFromSchema } from "./health.ts";
import { Live } from "./live.ts";
import { Passwords } from "./passwords.ts";
import { locateByAddress, locateByHeader, openPlaceDatabase, type Locate } from "./places.ts";
import { addPublicFiles } from "./public-files.ts";
import { startSessionActivity } from "./session-activity.ts";
import { addStripeWebhook } from "./stripe-webhook.ts";
import { TwoFactor } from "./two-factor.ts";
import { Watcher } from "./watch.ts";

/** How to run the server. */
export interface ServerOptions {
  /** The database, as `lml_authenticator`. */
  readonly databaseUrl: string;
  /** Where to listen. Default: 127.0.0.1, for this machine only. */
  readonly host?: string | undefined;
  /** Where to listen. Default: any free port. */
  readonly port?: number | undefined;
  readonly stripe: StripeOptions;
  /** What secrets of second factors are encrypted with: long, random, and kept elsewhere. Default: there are none. */
  readonly secretKey?: string | undefined;
  /** How many connections to the database at most. Default: 10. */
  readonly poolSize?: number | undefined;
  /** Addresses of proxies whose word about the client's address counts, such as `127.0.0.1, 10.0.0.0/8`. Default: none. */
  readonly trustProxy?: string | undefined;
  /**
   * The header in which those proxies say the client's country, in two letters, such as `cf-ipcountry`. A proxy must set or
   * remove it: whatever it lets through is believed. Default: no country is known.
   */
  readonly countryHeader?: string | undefined;
  /**
   * A file that says where addresses are, such as `dbip-city-lite.mmdb`. It is read into memory at the start. With it, no
   * header is asked for a country. Default: none.
   */
  readonly placeDatabase?: string | undefined;
  /**
   * Pages that may call this API from a browser, such as `https://shop.example`; `*` is any, which is safe as long as
   * tokens are kept from other pages: nothing that a browser adds by itself says who asks. Default: none.
   */
  readonly allowedOrigins?: readonly string[] | undefined;
  /** Requests a minute. Default: `defaultRateLimits`. */
  readonly rateLimits?: { readonly [Limit in keyof RateLimits]?: number | undefined } | undefined;
  /** Whether the schema can be asked for. Default: where there is GraphiQL, which needs it. */
  readonly introspection?: boolean | undefined;
  /** Whether GET /graphiql serves a page for trying queries. Default: no. */
  readonly graphiql?: boolean | undefined;
  /** What is written to standard output, as lines of JSON. Default: `warn`. With `info`, every request. */
  readonly logLevel?:
    "silent" | "fatal" | "error" | "warn" | "info" | "debug" | "trace" | undefined;
  /** Where log lines are written instead of standard output. */
  readonly logFile?: string | undefined;
  /**
   * What `buildSchema` made of another database of the same version, where one process serves several: building takes
   * seconds. It is not compared again with what this server was written for. Default: built of this database.
   */
  readonly schema?: GraphQLSchema | undefined;
  /** How often is written which sessions are in use. Default: 30,000. */
  readonly sessionActivityMs?: number | undefined;
  /** How many may listen, and how. Default: `defaultSocketSettings`. */
  readonly sockets?: { readonly [Name in keyof SocketSettings]?: number | undefined } | undefined;
  /** How often is looked what is new, while somebody listens. Default: 500. */
  readonly watchMs?: number | undefined;
  /** How often is looked whether who listens still may, when nothing is new. Default: 60,000. */
  readonly recheckMs?: number | undefined;
  /** How long requests may take to finish when the server stops. Default: 10,000. */
  readonly stopPatienceMs?: number | undefined;
}

/** The account at Stripe, or at its stand-in. */
export interface StripeOptions {
  /** Its mode, test or live, is the mode of the events that are taken. */
  readonly secretKey: string;
  readonly publishableKey: string;
  readonly webhookSecret: string;
  /** Where the stand-in is. Default: Stripe itself. */
  readonly apiBase?: string | undefined;
}

/** A running server. */
export interface RunningServer {
  /** Its address without a path, such as `http://127.0.0.1:4000`. */
  readonly url: string;
  /** Stops accepting, lets what runs finish, and closes its connections. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts the server. It is ready when this resolves. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const app = makeApp(options);
  const database = openDatabase({
    databaseUrl: options.databaseUrl,
    poolSize: options.poolSize ?? defaultPoolSize,
    onError: (error) => app.log.warn({ err: loggable(error) }, "lost a connection to the database"),
    onRefusedWrite: (error) =>
      app.log.error({ err: loggable(error) }, "the database takes nothing in: see lml doctor"),
  });
  let stopping: Promise<void> | undefined;
  const running = countRequests(app);
  const stop = async (): Promise<void> => {
    const closed = app.close();
    if (!(await running.ended(options.stopPatienceMs ?? 10_000))) {
      app.log.warn("stopped before all requests were answered");
    }
    // Connections on which nobody has asked anything yet would be waited for.
    app.server.closeAllConnections();
    await closed;
    await database.pool.end();
  };
  const close = (): Promise<void> => (stopping ??= stop());
  try {
    await addRoutes(app, database, options, () => stopping !== undefined);
    const url = await listen(app, options);
    return { url, close, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

function makeApp(options: ServerOptions): FastifyInstance {
  const level = options.logLevel ?? "warn";
  const app = fastify({
    logger: {
      level,
      serializers: { req: loggedRequest },
      ...(options.logFile === undefined ? {} : { file: options.logFile }),
    },
    logController: new LogController({
      disableRequestLogging: !["info", "debug", "trace"].includes(level),
    }),
    trustProxy: options.trustProxy ?? false,
    genReqId: ({ headers }) => {
      const given = headers["x-request-id"];
      return typeof given === "string" && /^[A-Za-z0-9._-]{1,100}$/.test(given)
        ? given
        : randomUUID();
    },
    // Slow senders must not keep connections: bodies are small, and layouts arrive within seconds.
    requestTimeout: 30_000,
    forceCloseConnections: "idle",
  });
  app.addHook("onRequest", (request, reply, done) => {
    reply.header("x-request-id", request.id);
    done();
  });
  app.setErrorHandler(answerError);
  app.setNotFoundHandler((_request, reply) =>
    reply
      .code(404)
      .send(errorBody({ code: "LMNFD", message: "There is nothing at this address." })),
  );
  return app;
}

/** Counts the requests that are not answered yet. */
function countRequests(app: FastifyInstance): { ended(patienceMs: number): Promise<boolean> } {
  let count = 0;
  app.addHook("onRequest", (_request, reply, done) => {
    count += 1;
    // Also when the client goes away before the answer, and when what became a connection is closed.
    reply.raw.once("close", () => (count -= 1));
    done();
  });
  return {
    ended: async (patienceMs) => {
      const deadline = performance.now() + patienceMs;
      // A last moment for answers to leave, and for requests that were accepted just before.
      for (await sleep(50); count > 0; await sleep(20)) {
        if (performance.now() > deadline) return false;
      }
      return true;
    },
  };
}

async function addRoutes(
  app: FastifyInstance,
  database: Database,
  options: ServerOptions,
  isStopping: () => boolean,
): Promise<void> {
  const { stripe } = options;
  const locate = await locator(options);
  const livemode = /^[rs]k_live_/.test(stripe.secretKey);
  const schema = options.schema ?? (await readSchema(database));
  app.log.debug({ graphileEnvironment }, "has the schema");
  const missing = options.schema === undefined ? await missingFromSchema(schema) : [];
  for (const problem of missing) app.log.warn(problem);
  const allowedOrigins = options.allowedOrigins ?? [];
  const limits = await harden(app, {
    allowedOrigins,
    rateLimits: {
      address: options.rateLimits?.address ?? defaultRateLimits.address,
      caller: options.rateLimits?.caller ?? defaultRateLimits.caller,
      signIn: options.rateLimits?.signIn ?? defaultRateLimits.signIn,
    },
  });
  addHealth(app, { database, missing, isStopping });
  addPublicFiles(app, {
    database,
    payments: {
      publishableKey: stripe.publishableKey,
      apiBase: stripe.apiBase ?? null,
      testMode: !livemode,
    },
  });
  await addStripeWebhook(app, {
    database,
    stripe: new Stripe(stripe.secretKey),
    webhookSecret: stripe.webhookSecret,
    livemode,
  });
  const sessionActivity = startSessionActivity(
    database,
    (error) => {
      app.log.warn({ err: loggable(error) }, "did not note which sessions are in use");
    },
    options.sessionActivityMs,
  );
  app.addHook("onClose", () => sessionActivity.stop());
  const watcher = new Watcher({
    connect: () => database.connect(),
    onError: (error) => app.log.warn({ err: loggable(error) }, "cannot ask what is new"),
    everyMs: options.watchMs,
  });
  app.addHook("onClose", () => watcher.stop());
  await addGraphql(app, {
    database,
    sessionActivity,
    passwords: new Passwords(),
    twoFactor: new TwoFactor(options.secretKey),
    schema,
    limits,
    live: new Live({ database, watcher, recheckMs: options.recheckMs }),
    sockets: {
      total: options.sockets?.total ?? defaultSocketSettings.total,
      address: options.sockets?.address ?? defaultSocketSettings.address,
      initMs: options.sockets?.initMs ?? defaultSocketSettings.initMs,
      keepAliveMs: options.sockets?.keepAliveMs ?? defaultSocketSettings.keepAliveMs,
    },
    allowedOrigins,
    locate,
    graphiql: options.graphiql ?? false,
    introspection: options.introspection ?? options.graphiql ?? false,
    log: app.log,
  });
}

async function readSchema(database: Database): Promise<GraphQLSchema> {
  try {
    return await buildSchema(database.service);
  } catch (error) {
    throw new ServerError(`The database cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

async function locator({
  placeDatabase,
  countryHeader,
}: ServerOptions): Promise<Locate | undefined> {
  if (placeDatabase !== undefined) return locateByAddress(await openPlaceDatabase(placeDatabase));
  return countryHeader === undefined ? undefined : locateByHeader(countryHeader);
}

async function listen(app: FastifyInstance, options: ServerOptions): Promise<string> {
  const { host = "127.0.0.1", port = 0 } = options;
  try {
    return await app.listen({ host, port });
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "EADDRINUSE") {
      throw new ServerError(
        `Port ${port} on ${host} is taken by another program. Stop it, or choose another port with PORT.`,
        { cause: error },
      );
    }
    if (code === "EACCES") {
      throw new ServerError(
        `Port ${port} on ${host} is reserved. Choose one above 1023 with PORT.`,
        {
          cause: error,
        },
      );
    }
    throw new ServerError(`The server cannot listen on ${host}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** Where it went and how; never what proves who asked. */
function loggedRequest(request: FastifyRequest): Record<string, unknown> {
  return {
    id: request.id,
    method: request.method,
    path: request.url.split("?", 1)[0],
    ip: request.ip,
  };
}

const statusOfCode: Readonly<Record<string, number>> = {
  LMAUT: 401,
  LMBIG: 413,
  LMBSY: 503,
  LMNFD: 404,
  LMRTE: 429,
  LMSES: 401,
  LMTMO: 503,
  LMUNK: 503,
};

/** Errors outside GraphQL, in the shape that GraphQL's have. */
function answerError(
  error: FastifyError | Error,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const known = publicError(error);
  if (known !== undefined) {
    const status = statusOfCode[known.code] ?? 400;
    // What is left of a body that is too long is not read.
    if (status === 413) reply.header("connection", "close");
    if (known.code === "LMRTE") reply.header("retry-after", known.detail);
    return reply.code(status).send(errorBody(known));
  }
  const status = "statusCode" in error ? (error.statusCode ?? 500) : 500;
  if (status === 415) {
    const message = "The body is not said to be JSON.";
    return reply
      .code(status)
      .send(errorBody({ code: "LMINP", message, hint: "Send content-type: application/json." }));
  }
  if (status < 500) {
    return reply.code(status).send(errorBody({ message: error.message }));
  }
  request.log.error({ err: loggable(error) }, "failed to answer");
  return reply.code(status).send(
    errorBody({
      code: "LMINT",
      message: `Something went wrong here; ask the operator about ${request.id}.`,
      errorId: request.id,
    }),
  );
}

interface PublicBody extends Partial<PublicError> {
  readonly message: string;
  readonly errorId?: string;
}

function errorBody({ message, ...extensions }: PublicBody): object {
  return { errors: [{ message, extensions }] };
}

function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join(", ");
  return error instanceof Error ? error.message : String(error);
}
