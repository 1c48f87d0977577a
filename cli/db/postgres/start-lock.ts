import { readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { errorCode, isAlive, processStart } from "../processes.ts";
import { PostgresError } from "./errors.ts";

const patienceMs = 120_000;

/** Lets one process at a time decide what becomes of a directory's server. */
export async function withStartLock<T>(directory: string, action: () => Promise<T>): Promise<T> {
  const path = join(directory, "starting");
  const deadline = Date.now() + patienceMs;
  for (;;) {
    try {
      writeFileSync(path, `${process.pid} ${processStart(process.pid) ?? ""}`, { flag: "wx" });
      break;
    } catch (error) {
      if (errorCode(error) === "EACCES") {
        throw new PostgresError(
          `You may not write to ${directory}: it was made by somebody else, perhaps by root. ` +
            "Run as that user, or remove the directory to start over.",
        );
      }
      if (errorCode(error) !== "EEXIST") throw error;
      if (isStale(path)) rmSync(path, { force: true });
      else if (Date.now() > deadline) throw new PostgresError(`${path} is held for too long.`);
      else await sleep(100);
    }
  }
  try {
    return await action();
  } finally {
    rmSync(path, { force: true });
  }
}

function isStale(path: string): boolean {
  try {
    const [pid, ...start] = readFileSync(path, "utf8").split(" ");
    const holder = Number(pid);
    if (!Number.isInteger(holder) || holder <= 0)
      return Date.now() - statSync(path).mtimeMs > 5_000;
    return !isAlive(holder) || (processStart(holder) ?? "") !== start.join(" ");
  } catch {
    return false;
  }
}
