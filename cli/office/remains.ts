import { existsSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { isAlive, isPostmasterOf, processStart, waitUntilGone } from "../db/processes.ts";
import { CliError } from "../errors.ts";
import type { OfficeDirectory } from "./directory.ts";
import { readIfThere } from "./files.ts";

const patienceMs = 30_000;

/**
 * Stops an embedded PostgreSQL that still runs in a directory although the process that started it is gone.
 *
 * @returns its process id, or undefined when none ran.
 */
export async function stopOrphan(directory: OfficeDirectory): Promise<number | undefined> {
  const data = join(directory.postgres, "data");
  const lock = join(data, "postmaster.pid");
  if (!existsSync(lock)) return undefined;
  const pid = Number(readFileSync(lock, "utf8").split("\n", 1)[0]);
  if (!Number.isInteger(pid) || pid <= 1 || !isAlive(pid)) return undefined;
  if (!isPostmasterOf(pid, realpathSync(data))) return undefined;
  const owner = livingOwner(directory);
  if (owner !== undefined) {
    throw new CliError(`Another lml command (process ${owner}) is working on ${directory.root}.`, {
      hint: "Wait until it is done, or end it.",
    });
  }
  for (const signal of ["SIGINT", "SIGQUIT"] as const) {
    process.kill(pid, signal);
    if (await waitUntilGone(pid, patienceMs)) return pid;
  }
  throw new CliError(`PostgreSQL (process ${pid}) does not end.`, {
    hint: `Look at ${join(directory.postgres, "postgres.log")}.`,
  });
}

const recordSchema = z.object({ ownerPid: z.int().positive(), ownerStart: z.string() });

/** The process that started the PostgreSQL of a directory, if it still lives. */
function livingOwner(directory: OfficeDirectory): number | undefined {
  const content = readIfThere(join(directory.postgres, "server.json"));
  if (content === undefined) return undefined;
  try {
    const { ownerPid, ownerStart } = recordSchema.parse(JSON.parse(content));
    const lives = isAlive(ownerPid) && (processStart(ownerPid) ?? "") === ownerStart;
    return lives ? ownerPid : undefined;
  } catch {
    return undefined;
  }
}

/** Removes everything that a box office keeps in its directory, and nothing else that lies there. */
export async function removeOffice(directory: OfficeDirectory): Promise<void> {
  await stopOrphan(directory);
  for (const path of [directory.postgres, directory.secrets, directory.journal]) {
    rmSync(path, { recursive: true, force: true });
  }
}
