// First, before what it is for.
import { graphileEnvironment } from "./graphile-environment.ts";
import { randomUUID } from "node:crypto";
import fastify, { LogController, type FastifyInstance, type FastifyRequest } from "fastify";
import type { GraphQLSchema } from "postgraphile/graphql";
import Stripe from "stripe";
import { isLiveKey } from "./config.ts";
import { defaultPoolSize, openDatabase, type Database } from "./database.ts";
import { ServerError } from "./errors.ts";
import { loggable } from "./graphql/errors.ts";
import { addGraphql } from "./graphql/handler.ts";
import { buildSchema } from "./graphql/schema.ts";
import { defaultSocketSettings, type SocketSettings } from "./graphql/socket.ts";
import { defaultRateLimits, harden, type RateLimits } from "./hardening.ts";
import { addHealth, missingFromSchema } from "./health.ts";
import { answerError, errorBody } from "./http-errors.ts";
import { Live } from "./live.ts";
import { Passwords } from "./passwords.ts";
import { locateByAddress, locateByHeader, openPlaceDatabase, type Locate } from "./places.ts";
import { addPublicFiles } from "./public-files.ts";
import { countRequests } from "./running-requests.ts";
import { startSessionActivity, type SessionActivity } from "./session-activity.ts";
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

async function addRoutes(
  app: FastifyInstance,
  database: Database,
  options: ServerOptions,
  isStopping: () => boolean,
): Promise<void> {
  const { stripe } = options;
  const locate = await locator(options);
  const livemode = isLiveKey(stripe.secretKey);
  const schema = options.schema ?? (await readSchema(database));
  app.log.debug({ graphileEnvironment }, "has the schema");
  const missing = options.schema === undefined ? await missingFromSchema(schema) : [];
  for (const problem of missing) app.log.warn(problem);
  const allowedOrigins = options.allowedOrigins ?? [];
  const limits = await harden(app, {
    allowedOrigins,
    rateLimits: withDefaults(defaultRateLimits, options.rateLimits),
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
  await addGraphql(app, {
    database,
    sessionActivity: noteActivity(app, database, options),
    passwords: new Passwords(),
    twoFactor: new TwoFactor(options.secretKey),
    schema,
    limits,
    live: watch(app, database, options),
    sockets: withDefaults(defaultSocketSettings, options.sockets),
    allowedOrigins,
    locate,
    graphiql: options.graphiql ?? false,
    introspection: options.introspection ?? options.graphiql ?? false,
    log: app.log,
  });
}

/** Writes down which sessions are in use, until the server stops. */
function noteActivity(
  app: FastifyInstance,
  database: Database,
  { sessionActivityMs }: ServerOptions,
): SessionActivity {
  const activity = startSessionActivity(
    database,
    (error) => {
      app.log.warn({ err: loggable(error) }, "did not note which sessions are in use");
    },
    sessionActivityMs,
  );
  app.addHook("onClose", () => activity.stop());
  return activity;
}

/** Looks for what those who listen want to hear of, until the server stops. */
function watch(
  app: FastifyInstance,
  database: Database,
  { watchMs, recheckMs }: ServerOptions,
): Live {
  const watcher = new Watcher({
    connect: () => database.connect(),
    onError: (error) => app.log.warn({ err: loggable(error) }, "cannot ask what is new"),
    everyMs: watchMs,
  });
  app.addHook("onClose", () => watcher.stop());
  return new Live({ database, watcher, recheckMs });
}

/** Settings as they are given, and the defaults of all others. */
function withDefaults<Settings extends object>(
  defaults: Settings,
  given: { readonly [Name in keyof Settings]?: Settings[Name] | undefined } | undefined,
): Settings {
  const said = Object.entries(given ?? {}).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(said) };
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

function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join(", ");
  return error instanceof Error ? error.message : String(error);
}
