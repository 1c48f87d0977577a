import { existsSync, readdirSync, readlinkSync, realpathSync, rmSync } from "node:fs";
import { join } from "node:path";
import { errorCode, isAlive, isPostmasterOf, waitUntilGone } from "../processes.ts";
import { PostgresError } from "./errors.ts";
import { readLockFile, readRecord } from "./record.ts";
import type { Site } from "./site.ts";

const stopPatienceMs = 30_000;

/** Deals with what an earlier run left: stops its orphaned server, removes a lock file that only seems to be held. */
export async function clearRemains(
  { directory, dataDirectory }: Pick<Site, "directory" | "dataDirectory">,
  log: (line: string) => void,
): Promise<void> {
  // A lock file that is empty or garbled says of nobody, so our own record does.
  const lock = readLockFile(dataDirectory) ?? readRecord(directory);
  if (lock === undefined) {
    rmSync(join(dataDirectory, "postmaster.pid"), { force: true });
    return;
  }
  const real = existsSync(dataDirectory) ? realpathSync(dataDirectory) : dataDirectory;
  if (isAlive(lock.pid) && isPostmasterOf(lock.pid, real)) {
    log(`stopping the server that an earlier run left behind (process ${lock.pid})`);
    if (!(await ends(lock.pid, "SIGINT")) && !(await ends(lock.pid, "SIGQUIT"))) {
      throw new PostgresError(`Process ${lock.pid} still holds ${dataDirectory} and does not end.`);
    }
  }
  // PostgreSQL would take a zombie, or a stranger that got the same id, for the holder of the lock.
  rmSync(join(dataDirectory, "postmaster.pid"), { force: true });
}

async function ends(pid: number, name: NodeJS.Signals): Promise<boolean> {
  signal(pid, name);
  return await waitUntilGone(pid, stopPatienceMs);
}

/** Tells the sessions of a server that was killed to end: they hold its shared memory. */
export function endSessions(dataDirectory: string): void {
  const real = realpathSync(dataDirectory);
  for (const entry of existsSync("/proc") ? readdirSync("/proc") : []) {
    try {
      const pid = Number(entry);
      if (pid > 1 && readlinkSync(`/proc/${pid}/cwd`) === real) signal(pid, "SIGQUIT");
    } catch {
      // Not a process, or gone meanwhile.
    }
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (errorCode(error) !== "ESRCH") throw error;
  }
}
