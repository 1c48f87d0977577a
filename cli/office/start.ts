import { join } from "node:path";
import { freePort } from "../db/postgres.ts";
import { errorCode } from "../db/processes.ts";
import { CliError } from "../errors.ts";
import type { Output } from "../output.ts";
import type { ServerOptions } from "../../server/server.ts";
import { givenUrl, migrateDatabase, type OfficeDatabase, openDatabase } from "./database.ts";
import { seedIfEmpty, type Seeded } from "./demo-data.ts";
import { type OfficeDirectory, prepareDirectory, shortPath } from "./directory.ts";
import { isFreePort, requireFreePort } from "./ports.ts";
import { removeOffice } from "./remains.ts";
import { loadSecrets, saveSecrets } from "./secrets.ts";
import { type HeldState, holdState } from "./state.ts";
import { Stops } from "./stops.ts";
import { givenStripe, type StripeAccount } from "./stripe.ts";

/** How to start a box office. */
export interface StartOptions {
  readonly directory: OfficeDirectory;
  readonly host: string;
  readonly port: number;
  /** Erase what the directory holds first. */
  readonly fresh: boolean;
  /** Whether an empty database gets the demo's data. */
  readonly demo: boolean;
  readonly setPasswords: boolean;
  readonly logLevel: LogLevel;
}

/** How much server and worker write to the terminal. */
export type LogLevel = "silent" | "error" | "warn" | "info" | "debug";

/** A running box office. */
export interface Office {
  /** The server's address without a path. */
  readonly url: string;
  readonly database: OfficeDatabase;
  /** Undefined: Stripe itself. */
  readonly standInUrl: string | undefined;
  readonly stripe: StripeAccount;
  /** Present when the demo's data was made now. */
  readonly seeded: Seeded | undefined;
  /** Resolves with the reason when something that it cannot live without has ended. */
  readonly broken: Promise<string>;
  /** Stops everything in order. Safe to call twice. */
  stop(): Promise<void>;
}

/** Starts everything that a box office needs: database, Stripe or its stand-in, worker and server. */
export async function startOffice(options: StartOptions, output: Output): Promise<Office> {
  const { directory } = options;
  const given = givenStripe();
  if (options.fresh && givenUrl() !== undefined) {
    throw new CliError(
      "--fresh erases the embedded database, and DATABASE_URL names another one.",
      {
        hint: "Unset DATABASE_URL, or erase that database yourself.",
      },
    );
  }
  prepareDirectory(directory);
  const state = holdState(directory, givenUrl() === undefined ? "embedded" : "given");
  const stops = new Stops();
  stops.add(() => state.release());
  try {
    return await startParts(options, given, output, state, stops);
  } catch (error) {
    await stops.all();
    throw error;
  }
}

async function startParts(
  options: StartOptions,
  given: StripeAccount | undefined,
  output: Output,
  state: HeldState,
  stops: Stops,
): Promise<Office> {
  const { directory } = options;
  await requireFreePort(options.host, options.port);
  // The stand-in must know where its events go before the server listens there.
  const port = options.port === 0 ? await freePort() : options.port;
  if (options.fresh) await output.step("starting over", () => removeOffice(directory));
  // Reading these modules takes as long as the database needs to start, so both happen at once.
  const modules = loadModules();
  modules.catch(() => undefined);

  const database = await startDatabase(options, output);
  stops.add(() => database.close());
  const broken = endOf(database, directory);
  const failed = broken.then((reason) => {
    throw new CliError(reason, { hint: "Start again: it recovers by itself." });
  });
  failed.catch(() => undefined);
  const { serverUrl, workerUrl } = requireUrls(database);
  state.update({
    ownerUrl: database.ownerUrl,
    serverUrl,
    workerUrl,
    ...(database.administratorUrl === undefined
      ? {}
      : { superuserUrl: superuserUrl(database.administratorUrl, database.ownerUrl) }),
  });
  const seeded = await Promise.race([failed, prepareData(options, database, output)]);

  const { startServer, startWorker, startStripeStandIn, readOutside } = await modules;
  const { stripe, standInUrl } = await output.step(
    given === undefined ? "starting the Stripe stand-in" : "taking Stripe's keys",
    async () => {
      if (given !== undefined) return { stripe: given, standInUrl: undefined };
      const standIn = await startStandIn(options, port, startStripeStandIn);
      stops.add(() => standIn.close());
      return { stripe: standIn.stripe, standInUrl: standIn.url };
    },
  );
  const url = await output.step("starting server and worker", async () => {
    const { mail, layouts } = readOutside(process.env);
    const worker = await startWorker({
      databaseUrl: workerUrl,
      stripe,
      mail: { ...mail, directory: directory.mail },
      layouts,
      log: workerLog(options.logLevel),
    });
    stops.add(() => worker.stop());
    const server = await startServer(serverOptions(options, { serverUrl, port, stripe }));
    stops.add(() => server.close());
    return server.url;
  });
  state.update({
    status: "ready",
    graphqlUrl: `${url}/graphql`,
    ...(standInUrl === undefined ? {} : { standInUrl }),
  });
  return { url, database, standInUrl, stripe, seeded, broken, stop: () => stops.all() };
}

function serverOptions(
  options: StartOptions,
  at: { readonly serverUrl: string; readonly port: number; readonly stripe: StripeAccount },
): ServerOptions {
  return {
    databaseUrl: at.serverUrl,
    host: options.host,
    port: at.port,
    graphiql: true,
    // Pages under development on this machine, whatever their port: tokens are not cookies.
    allowedOrigins: ["*"],
    placeDatabase: process.env["LML_PLACE_DATABASE"] || undefined,
    secretKey: process.env["LML_SECRET_KEY"] || loadSecrets(options.directory).encryptionKey,
    logLevel: options.logLevel,
    stripe: at.stripe,
  };
}

async function loadModules() {
  const [{ startServer }, { startWorker }, { readOutside }, { startStripeStandIn }] =
    await Promise.all([
      import("../../server/server.ts"),
      import("../../worker/worker.ts"),
      import("../../worker/config.ts"),
      import("../../server/stripe-stand-in/index.ts"),
    ]);
  return { startServer, startWorker, readOutside, startStripeStandIn };
}

type Modules = Awaited<ReturnType<typeof loadModules>>;

/** The worker tells of errors and warnings only. */
function workerLog(logLevel: LogLevel): (level: string, line: string) => void {
  return (level, line) => {
    if (logLevel === "silent" || (logLevel === "error" && level !== "error")) return;
    process.stderr.write(`worker ${level}: ${line}\n`);
  };
}

async function startDatabase(options: StartOptions, output: Output): Promise<OfficeDatabase> {
  const { directory, setPasswords } = options;
  const label = givenUrl() === undefined ? "starting PostgreSQL" : "connecting to DATABASE_URL";
  return await output.step(label, async (detail) => {
    try {
      return await openDatabase({
        directory,
        create: true,
        attach: false,
        logins: setPasswords ? "new" : "known",
        log: detail,
      });
    } catch (error) {
      if (!(error instanceof Error) || error.name !== "ServerInUseError") throw error;
      throw new CliError(error.message, {
        hint: "Another lml command works on it: wait until that is done, then start again.",
        cause: error,
      });
    }
  });
}

/** Resolves when the embedded server ends without having been told to. Never, for any other server. */
async function endOf(database: OfficeDatabase, directory: OfficeDirectory): Promise<string> {
  const exit = await database.postgres?.exited;
  if (exit === undefined || exit.expected) return await new Promise(() => undefined);
  const how = exit.signal === null ? `with code ${exit.code}` : `by ${exit.signal}`;
  const log = join(shortPath(directory.postgres), "postgres.log");
  return `PostgreSQL has ended unexpectedly, ${how}. Its log: ${log}`;
}

function requireUrls(database: OfficeDatabase): { serverUrl: string; workerUrl: string } {
  const { serverUrl, workerUrl } = database;
  if (serverUrl !== undefined && workerUrl !== undefined) return { serverUrl, workerUrl };
  const missing = [
    ...(serverUrl === undefined ? ["LML_SERVER_DATABASE_URL (login lml_authenticator)"] : []),
    ...(workerUrl === undefined ? ["LML_WORKER_DATABASE_URL (login lml_worker)"] : []),
  ];
  throw new CliError(
    `DATABASE_URL is lml_owner's, who cannot give the other roles passwords. Missing: ${missing.join(", ")}.`,
    {
      hint:
        "Server and worker log in as roles of their own. Set those URLs too, or make DATABASE_URL a superuser's: " +
        "then their passwords are made and kept in the data directory.",
    },
  );
}

/** The administrator on the box office's own database, for people with psql. */
function superuserUrl(administratorUrl: string, ownerUrl: string): string {
  const url = new URL(administratorUrl);
  url.pathname = new URL(ownerUrl).pathname;
  url.search = "";
  return url.href;
}

async function prepareData(
  options: StartOptions,
  database: OfficeDatabase,
  output: Output,
): Promise<Seeded | undefined> {
  await output.step("bringing the database up to date", (detail) =>
    migrateDatabase(database, detail),
  );
  return options.demo ? await seedIfEmpty(database, output) : undefined;
}

const standInPort = 4242;

async function startStandIn(
  options: StartOptions,
  serverPort: number,
  startStripeStandIn: Modules["startStripeStandIn"],
): Promise<{ url: string; stripe: StripeAccount; close: () => Promise<void> }> {
  const { directory } = options;
  const secrets = loadSecrets(directory);
  const { port: last, ...keys } = secrets.standIn;
  const everywhere = ["0.0.0.0", "::"].includes(options.host);
  const webhookHost = everywhere ? "127.0.0.1" : options.host;
  const address = webhookHost.includes(":") ? `[${webhookHost}]` : webhookHost;
  const start = async (port: number) =>
    await startStripeStandIn({
      ...keys,
      port,
      journal: directory.journal,
      webhookUrl: `http://${address}:${serverPort}/stripe/webhook`,
    });
  const wanted = last ?? standInPort;
  const standIn = await start((await isFreePort(wanted)) ? wanted : 0).catch((error: unknown) => {
    // Another box office took it in between.
    if (errorCode(error) !== "EADDRINUSE") throw error;
    return start(0);
  });
  if (standIn.port !== last) {
    saveSecrets(directory, { ...secrets, standIn: { ...secrets.standIn, port: standIn.port } });
  }
  return {
    url: standIn.url,
    stripe: { ...keys, apiBase: standIn.url },
    close: () => standIn.close(),
  };
}
