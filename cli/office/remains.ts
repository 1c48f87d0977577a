import { realpathSync, rmSync } from "node:fs";
import { join } from "node:path";
import { hasOwner, readLockFile, readRecord } from "../db/postgres/record.ts";
import { isAlive, isPostmasterOf, waitUntilGone } from "../db/processes.ts";
import { CliError } from "../errors.ts";
import type { OfficeDirectory } from "./directory.ts";

const patienceMs = 30_000;

/**
 * Stops an embedded PostgreSQL that still runs in a directory although the process that started it is gone.
 *
 * @returns its process id, or undefined when none ran.
 */
export async function stopOrphan(directory: OfficeDirectory): Promise<number | undefined> {
  const data = join(directory.postgres, "data");
  const pid = readLockFile(data)?.pid;
  if (pid === undefined || !isAlive(pid)) return undefined;
  if (!isPostmasterOf(pid, realpathSync(data))) return undefined;
  const record = readRecord(directory.postgres);
  if (record !== undefined && hasOwner(record)) {
    throw new CliError(
      `Another lml command (process ${record.ownerPid}) is working on ${directory.root}.`,
      { hint: "Wait until it is done, or end it." },
    );
  }
  for (const signal of ["SIGINT", "SIGQUIT"] as const) {
    process.kill(pid, signal);
    if (await waitUntilGone(pid, patienceMs)) return pid;
  }
  throw new CliError(`PostgreSQL (process ${pid}) does not end.`, {
    hint: `Look at ${join(directory.postgres, "postgres.log")}.`,
  });
}

/** Removes everything that a box office keeps in its directory, and nothing else that lies there. */
export async function removeOffice(directory: OfficeDirectory): Promise<void> {
  await stopOrphan(directory);
  for (const path of [directory.postgres, directory.secrets, directory.journal]) {
    rmSync(path, { recursive: true, force: true });
  }
}
