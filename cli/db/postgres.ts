// An embedded PostgreSQL in a directory: what programs need of it. How it is done stands in the files of ./postgres.
import { chmodSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createCredentials, readCredentials, urlMaker } from "./postgres/credentials.ts";
import { ServerInUseError } from "./postgres/errors.ts";
import { initialize } from "./postgres/initialize.ts";
import { startPostmaster, type PostmasterOptions } from "./postgres/postmaster.ts";
import { hasOwner, runningRecord } from "./postgres/record.ts";
import { clearRemains } from "./postgres/remains.ts";
import { attachedServer, ownServer, type PostgresServer } from "./postgres/server.ts";
import { findSite, type Site } from "./postgres/site.ts";
import { withStartLock } from "./postgres/start-lock.ts";

export type { LoginRole } from "./postgres/credentials.ts";
export { PortTakenError, ServerInUseError } from "./postgres/errors.ts";
export { freePort } from "./postgres/ports.ts";
export { connectionsMax } from "./postgres/postmaster.ts";
export { findPrograms } from "./postgres/programs.ts";
export type { PostgresServer } from "./postgres/server.ts";

/** How to start an embedded server. */
export interface PostgresOptions extends PostmasterOptions {
  /** The server's own directory: holds `data`, `credentials.json`, `server.json` and `postgres.log`. */
  readonly directory: string;
  /** When the server of this directory already runs under a living process: use it instead of failing. */
  readonly attach?: boolean;
  /** Told what happens, in one line each. */
  readonly log?: (line: string) => void;
}

/** The settings of a server whose data nobody needs after a crash. */
export const throwAwaySettings = {
  fsync: "off",
  full_page_writes: "off",
  synchronous_commit: "off",
} as const;

/**
 * Starts the server of a directory, which is created with fresh random passwords when missing. Recovers by itself from
 * every way in which an earlier run can have ended: a stale lock file, an orphaned server, a half-made data directory.
 * The server stops when this process ends, however it ends.
 */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  mkdirSync(options.directory, { recursive: true });
  const directory = realpathSync(options.directory);
  return await withStartLock(directory, async () => {
    const running = runningRecord(directory);
    if (running !== undefined && hasOwner(running)) {
      if (!options.attach) throw new ServerInUseError(directory, running.ownerPid);
      return attachedServer(directory, running);
    }
    return await launch(await findSite(directory, false), options);
  });
}

/** Starts a throw-away server in a directory of its own, which vanishes with it: at `stop`, or when this process ends. */
export async function temporaryPostgres(
  options: Omit<PostgresOptions, "directory" | "attach" | "port"> = {},
): Promise<PostgresServer> {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), "lml-postgres-")));
  // What is secret inside has rights of its own, and PostgreSQL may run as another user, who must get in.
  chmodSync(directory, 0o711);
  const merged = { ...options, settings: { ...throwAwaySettings, ...options.settings } };
  try {
    return await launch(await findSite(directory, true), merged);
  } catch (error) {
    rmSync(directory, { recursive: true, force: true });
    throw error;
  }
}

/** The URLs of the server that runs in a directory, or undefined when none does. Starts nothing. */
export function findPostgres(
  directory: string,
): Pick<PostgresServer, "url" | "port" | "pid"> | undefined {
  if (!existsSync(directory)) return undefined;
  const real = realpathSync(directory);
  const record = runningRecord(real);
  if (record === undefined) return undefined;
  const credentials = readCredentials(real);
  if (credentials === undefined) return undefined;
  return { pid: record.pid, port: record.port, url: urlMaker(credentials, record.port) };
}

async function launch(
  site: Site,
  options: Omit<PostgresOptions, "directory" | "attach">,
): Promise<PostgresServer> {
  const log = options.log ?? (() => undefined);
  await clearRemains(site, log);
  const credentials =
    readCredentials(site.directory) ?? createCredentials(site.directory, site.dataDirectory);
  if (!existsSync(site.dataDirectory)) {
    log("creating the database files");
    await initialize(site, credentials.postgres);
  }
  return ownServer(site, await startPostmaster(site, options), credentials);
}
