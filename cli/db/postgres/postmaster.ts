import type { ChildProcess } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { failureOf, PortTakenError, PostgresError } from "./errors.ts";
import { choosePort } from "./ports.ts";
import { run } from "./programs.ts";
import { readLockFile } from "./record.ts";
import { endSessions } from "./remains.ts";
import type { Site } from "./site.ts";

const startPatienceMs = 60_000;
const logBytesMax = 10 * 1024 * 1024;

/** How many may be connected at once. */
export const connectionsMax = "200";

/** How to start a server. */
export interface PostmasterOptions {
  /** Listen here or fail. Without it a free port is chosen, the last one again when it is still free. */
  readonly port?: number;
  /** Settings of postgresql.conf, such as `{ fsync: "off" }` for tests. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A server that takes connections. */
export interface Postmaster {
  readonly child: ChildProcess;
  readonly port: number;
}

/**
 * Starts PostgreSQL on a data directory that is complete and that nobody uses.
 *
 * @throws PortTakenError
 * @throws PostgresError when it does not start, with what it said.
 */
export async function startPostmaster(site: Site, options: PostmasterOptions): Promise<Postmaster> {
  for (let attempt = 1; ; attempt++) {
    const port = await choosePort(site.directory, options.port);
    const { child, failure } = await spawnPostmaster(site, port, options.settings);
    if (failure === undefined) return { child, port };
    if (/could not bind|Address already in use/.test(failure)) {
      if (options.port !== undefined) throw new PortTakenError(options.port);
    } else if (/shared memory block .* still in use/.test(failure)) {
      // The server was killed while its sessions worked: they notice soon, and are told to leave when they do not.
      if (attempt === 4) endSessions(site.dataDirectory);
      await sleep(500);
    } else {
      throw failureOf("PostgreSQL did not start", failure, site.directory);
    }
    if (attempt >= 20) throw new PostgresError(`PostgreSQL did not start:\n${failure.trim()}`);
  }
}

async function spawnPostmaster(
  { directory, dataDirectory, programs, account }: Site,
  port: number,
  settings: PostmasterOptions["settings"],
): Promise<{ child: ChildProcess; failure: string | undefined }> {
  const all: Record<string, string> = {
    listen_addresses: "127.0.0.1",
    port: String(port),
    unix_socket_directories: "",
    max_connections: connectionsMax,
    timezone: "UTC",
    log_timezone: "UTC",
    ...settings,
  };
  const words = Object.entries(all).flatMap(([key, value]) => ["-c", `${key}=${value}`]);
  const logPath = join(directory, "postgres.log");
  const tooLong = existsSync(logPath) && statSync(logPath).size > logBytesMax;
  const logFile = openSync(logPath, tooLong ? "w" : "a", 0o600);
  const logStart = statSync(logPath).size;
  const command = join(programs, "bin", "postgres");
  // A session of its own: Ctrl-C in the terminal must reach this process only, which then stops the server in order.
  const child = run(account, command, ["-D", dataDirectory, ...words], logFile);
  closeSync(logFile);
  let ended = false;
  child.once("exit", () => (ended = true));
  child.once("error", () => (ended = true));

  const deadline = Date.now() + startPatienceMs;
  while (!ended && Date.now() < deadline) {
    const lock = readLockFile(dataDirectory);
    if (lock !== undefined && lock.pid === child.pid && lock.status === "ready") {
      return { child, failure: undefined };
    }
    await sleep(20);
  }
  if (!ended) child.kill("SIGQUIT");
  const said = readFileSync(logPath, "utf8").slice(logStart);
  return { child, failure: said || "it ended without a word" };
}
