import { execFileSync } from "node:child_process";
import { readFileSync, readlinkSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * Whether a process still does anything. A zombie counts as gone: in a container whose first process does not reap,
 * the remains of a killed server would otherwise look alive for ever.
 */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return errorCode(error) === "EPERM";
  }
  const state = processStatus(pid)?.state;
  return state !== "Z" && state !== "X";
}

/** When a process began, as an opaque text: together with its id it tells a process from a later one with the same id. */
export function processStart(pid: number): string | undefined {
  const fromProc = processStatus(pid)?.start;
  return fromProc ?? ps(pid, "lstart=");
}

/** Whether a process is a PostgreSQL server that runs on this data directory, and not a stranger with a reused id. */
export function isPostmasterOf(pid: number, dataDirectory: string): boolean {
  try {
    // PostgreSQL changes into its data directory at start, so its working directory is the proof.
    return readlinkSync(`/proc/${pid}/cwd`) === dataDirectory;
  } catch {
    const command = commandLine(pid);
    return command !== undefined && command.includes(dataDirectory) && /postgres/.test(command);
  }
}

/** Resolves with true when the process is gone, with false when it outlives the patience. */
export async function waitUntilGone(pid: number, patienceMs: number): Promise<boolean> {
  const deadline = Date.now() + patienceMs;
  while (isAlive(pid)) {
    if (Date.now() > deadline) return false;
    await sleep(25);
  }
  return true;
}

/** The `code` of a system or database error, if it has one. */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

function processStatus(pid: number): { state: string; start: string } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The command may hold spaces and brackets: what follows the last bracket is regular.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return { state: fields[0] ?? "?", start: fields[19] ?? "?" };
  } catch {
    return undefined;
  }
}

function commandLine(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    return ps(pid, "command=");
  }
}

function ps(pid: number, column: string): string | undefined {
  try {
    return execFileSync("ps", ["-ww", "-o", column, "-p", String(pid)], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  } catch {
    return undefined;
  }
}
