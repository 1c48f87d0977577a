import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isAlive, isPostmasterOf, processStart } from "../processes.ts";

/** What `server.json` says of the server of a directory, and of the process that started it. */
export interface ServerRecord {
  readonly pid: number;
  readonly port: number;
  readonly ownerPid: number;
  /** Tells the owner from a later process with the same id; empty where nobody knows when a process began. */
  readonly ownerStart: string;
}

/** The record of a directory's server, which need not run any more. */
export function readRecord(directory: string): ServerRecord | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(join(directory, "server.json"), "utf8"));
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is ServerRecord {
  if (typeof value !== "object" || value === null) return false;
  const fields = value as Partial<Record<keyof ServerRecord, unknown>>;
  const numbers = [fields.pid, fields.port, fields.ownerPid];
  return (
    numbers.every((field) => typeof field === "number") && typeof fields.ownerStart === "string"
  );
}

/** The record of a directory's server, if it runs. */
export function runningRecord(directory: string): ServerRecord | undefined {
  const record = readRecord(directory);
  if (record === undefined || !isAlive(record.pid)) return undefined;
  return isPostmasterOf(record.pid, join(directory, "data")) ? record : undefined;
}

/** Whether the process that started the server still lives. */
export function hasOwner(record: ServerRecord): boolean {
  return isAlive(record.ownerPid) && (processStart(record.ownerPid) ?? "") === record.ownerStart;
}

/** What PostgreSQL itself says in `postmaster.pid`. Undefined when the file is missing or garbled. */
export function readLockFile(
  dataDirectory: string,
): { readonly pid: number; readonly status: string } | undefined {
  try {
    const lines = readFileSync(join(dataDirectory, "postmaster.pid"), "utf8").split("\n");
    const pid = Number(lines[0]);
    if (!Number.isInteger(pid) || pid <= 1) return undefined;
    return { pid, status: (lines[7] ?? "").trim() };
  } catch {
    return undefined;
  }
}
