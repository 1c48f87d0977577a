import { chmodSync, existsSync, readFileSync, rmSync, watch, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { setTimeout as sleep } from "node:timers/promises";
import { commit as commitCurrent, watch as runCurrent } from "graphile-migrate";
import pg from "pg";
import { openEnvironment, type Environment } from "./environment.ts";
import { closePools, lineLogger, migrate, readSettings } from "./migrate.ts";
import { isProgram, repositoryRoot } from "./paths.ts";
import { errorCode } from "./processes.ts";
import { linkSources, listCommitted, listCurrent, unlinkSources } from "./sources.ts";

/** Raised when a command cannot do its work. The message says why and what to do. */
export class WorkflowError extends Error {
  override name = "WorkflowError";
}

type Log = (line: string) => void;

/** Seals the current migration, and the sources that differ from history, as one committed migration. */
export async function commit(message: string, log: Log): Promise<void> {
  await withEnvironment(log, (environment) => commitIn(environment, message, log));
}

async function commitIn(environment: Environment, message: string, log: Log): Promise<void> {
  const { shadowUrl, rootUrl } = environment;
  if (shadowUrl === undefined || rootUrl === undefined) {
    throw new WorkflowError(
      "With DATABASE_URL, set SHADOW_DATABASE_URL and ROOT_DATABASE_URL too.",
    );
  }
  const report = linkSources(repositoryRoot);
  reportUndropped(report.undropped, log);
  if (report.undropped.length > 0) {
    throw new WorkflowError("Write the missing drops into a file of db/migrations/current/ first.");
  }
  if (report.changed.length === 0 && report.handwritten.length === 0) {
    throw new WorkflowError("There is nothing to commit: history contains every source already.");
  }
  const before = remember();
  try {
    // What a watch has left in the development database would be in the way of the same SQL as a migration.
    if (environment.disposable) await dropDatabase(environment);
    await migrateEnvironment(environment, log);
    await commitCurrent(
      {
        ...(await readSettings()),
        connectionString: environment.ownerUrl,
        shadowConnectionString: shadowUrl,
        rootConnectionString: rootUrl,
        logger: lineLogger(log),
      },
      message,
    );
    // Sealed with rights that keep other users from reading it, which git would not keep anyway.
    for (const file of listCommitted(repositoryRoot)) {
      if (!before.committed.includes(file)) chmodSync(join(committedDirectory, file), 0o644);
    }
    // graphile-migrate leaves a blank file, and an empty directory says the same.
    for (const file of listCurrent(repositoryRoot)) rmSync(join(currentDirectory, file));
  } catch (error) {
    restore(before);
    throw error;
  } finally {
    unlinkSources(repositoryRoot);
    await closePools();
  }
}

/** How to apply the current migration. */
export interface ApplyOptions {
  /** Once, and not at each change. */
  readonly once: boolean;
  /** On a new database. */
  readonly fresh: boolean;
  /** Ends the watching. */
  readonly signal?: AbortSignal;
}

/** Applies committed and current migrations once, or again at each change of a file until stopped. */
export async function applyCurrent(options: ApplyOptions, log: Log): Promise<void> {
  await withEnvironment(log, (environment) => applyIn(environment, options, log));
}

async function applyIn(environment: Environment, options: ApplyOptions, log: Log): Promise<void> {
  try {
    if (options.fresh) await rebuild(environment, log);
    else await migrateEnvironment(environment, log);
    if (options.once) {
      await runOnce(environment, log);
      return;
    }
    await runAtChanges(environment, options.signal, log);
  } finally {
    unlinkSources(repositoryRoot);
    await closePools();
  }
}

/** Brings the database to the newest committed version. */
export async function migrateCommand(log: Log): Promise<void> {
  await withEnvironment(log, (environment) => migrateEnvironment(environment, log));
}

async function withEnvironment(
  log: Log,
  action: (environment: Environment) => Promise<void>,
): Promise<void> {
  const environment = await openEnvironment(log);
  try {
    await action(environment);
  } finally {
    await environment[Symbol.asyncDispose]();
  }
}

const currentDirectory = join(repositoryRoot, "db", "migrations", "current");
const committedDirectory = join(repositoryRoot, "db", "migrations", "committed");

async function migrateEnvironment(environment: Environment, log: Log): Promise<void> {
  await migrate({
    ownerUrl: environment.ownerUrl,
    ...(environment.rootUrl === undefined ? {} : { superuserUrl: environment.rootUrl }),
    roleUrls: environment.roleUrls,
    log,
  });
}

async function runOnce(environment: Environment, log: Log): Promise<void> {
  const report = linkSources(repositoryRoot);
  reportUndropped(report.undropped, log);
  const settings = {
    ...(await readSettings()),
    connectionString: environment.ownerUrl,
    logger: lineLogger(log),
  };
  try {
    await runCurrent(settings, true);
  } catch (error) {
    // Hand-written DDL need not be repeatable: where the database is ours, run it again on a new one.
    if (!environment.disposable || !alreadyExists(error)) throw error;
    log("the current migration cannot run twice, starting over on a new database");
    await rebuild(environment, log);
    await runCurrent(settings, true);
  }
}

async function runAtChanges(
  environment: Environment,
  signal: AbortSignal | undefined,
  log: Log,
): Promise<void> {
  let wake: () => void = () => undefined;
  let dirty = true;
  const touch = (): void => {
    dirty = true;
    wake();
  };
  const directories = ["functions", "policies", "migrations/current", "migrations/committed"]
    .map((name) => join(repositoryRoot, "db", name))
    .filter((path) => existsSync(path));
  const watchers = directories.map((path) =>
    watch(path, { recursive: true }, (_event, file) => {
      // The links are our own doing.
      if (file === null || !/\d+-(functions|policies)-/.test(file)) touch();
    }),
  );
  signal?.addEventListener("abort", () => wake());
  log("watching db/functions, db/policies and db/migrations/current (Ctrl-C ends)");
  const stopped = (): boolean => signal?.aborted ?? false;
  while (!stopped()) {
    if (dirty) {
      dirty = false;
      try {
        await runOnce(environment, log);
      } catch (error) {
        log(describe(error));
      }
    }
    if (!dirty && !stopped()) {
      await new Promise<void>((resolve) => (wake = resolve));
      // Editors write in several steps.
      await sleep(150);
    }
  }
  for (const watcher of watchers) watcher.close();
}

async function rebuild(environment: Environment, log: Log): Promise<void> {
  if (!environment.disposable) {
    throw new WorkflowError(
      "--fresh erases the database, so it works on the embedded server only.",
    );
  }
  await closePools();
  await dropDatabase(environment);
  await migrateEnvironment(environment, log);
}

async function dropDatabase(environment: Environment): Promise<void> {
  const client = new pg.Client({ connectionString: environment.rootUrl });
  await client.connect();
  try {
    await client.query("drop database if exists lml with (force)");
  } finally {
    await client.end();
  }
}

function alreadyExists(error: unknown): boolean {
  // Duplicate schema, table, object, column, function, type or key of a row that was there.
  const codes = ["42P06", "42P07", "42710", "42701", "42723", "23505"];
  return codes.includes(errorCode(error) ?? "");
}

interface Remembered {
  readonly current: ReadonlyMap<string, string>;
  readonly committed: readonly string[];
}

function remember(): Remembered {
  const current = new Map(
    listCurrent(repositoryRoot).map((file) => {
      // Through the links, too: an aborted commit writes its own reading of each file back, and sources are not its own.
      const path = join(currentDirectory, file);
      return [path, readFileSync(path, "utf8")];
    }),
  );
  return { current, committed: listCommitted(repositoryRoot) };
}

function restore(before: Remembered): void {
  for (const file of listCommitted(repositoryRoot)) {
    if (before.committed.includes(file)) continue;
    rmSync(join(committedDirectory, file), { force: true });
  }
  for (const file of listCurrent(repositoryRoot)) {
    const path = join(currentDirectory, file);
    if (!before.current.has(path)) rmSync(path);
  }
  for (const [path, text] of before.current) {
    if (!existsSync(path) || readFileSync(path, "utf8") !== text) writeFileSync(path, text);
  }
}

function reportUndropped(undropped: readonly string[], log: Log): void {
  for (const path of undropped) {
    log(
      `${path} is gone but its object stays: write \`drop ...\` into a file of db/migrations/current/`,
    );
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // graphile-migrate has shown a database error with its place in the file already.
  const shown = "_gmlogged" in error && error._gmlogged === true;
  return shown ? "failed, see above" : `${error.message}`;
}

async function main(): Promise<number> {
  const [command = "", ...rest] = process.argv.slice(2);
  const log: Log = (line) => process.stdout.write(`${line}\n`);
  try {
    if (command === "commit") {
      const { values } = parseArgs({
        args: rest,
        options: { message: { type: "string", short: "m" } },
      });
      if (values.message === undefined || values.message.trim() === "") {
        throw new WorkflowError('Say why: npm run db:commit -- -m "Add the waiting list"');
      }
      await commit(values.message, log);
    } else if (command === "watch") {
      const { values } = parseArgs({
        args: rest,
        options: { once: { type: "boolean" }, fresh: { type: "boolean" } },
      });
      const stop = new AbortController();
      for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => stop.abort());
      const { once = false, fresh = false } = values;
      await applyCurrent({ once, fresh, signal: stop.signal }, log);
    } else if (command === "migrate") {
      parseArgs({ args: rest, options: {} });
      await migrateCommand(log);
    } else {
      throw new WorkflowError(
        "Usage: workflow.ts watch [--once] [--fresh] | commit -m MESSAGE | migrate",
      );
    }
    return 0;
  } catch (error) {
    process.stderr.write(`${describe(error)}\n`);
    return 1;
  }
}

if (isProgram(import.meta.filename)) process.exitCode = await main();
