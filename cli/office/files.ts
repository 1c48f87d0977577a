import { randomBytes } from "node:crypto";
import { chmodSync, linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { text as readAll } from "node:stream/consumers";
import { errorCode } from "../db/processes.ts";
import { CliError } from "../errors.ts";

/** Writes a file that only its owner may read, whole or not at all. */
export function writePrivate(path: string, text: string): void {
  const beside = writeBeside(path, text);
  renameSync(beside, path);
}

/** Creates a file that only its owner may read, whole. False when it exists. */
export function createPrivate(path: string, text: string): boolean {
  const beside = writeBeside(path, text);
  try {
    linkSync(beside, path);
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(beside, { force: true });
  }
}

/** The text of a file, or undefined when there is none. */
export function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

/**
 * The text of a file that somebody named; `-` is standard input.
 *
 * @throws CliError when it cannot be read.
 */
export async function readText(file: string): Promise<string> {
  if (file === "-") return await readAll(process.stdin);
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    const reasons: Record<string, string> = {
      ENOENT: "there is no such file",
      EISDIR: "it is a directory",
      EACCES: "you may not read it",
      ERR_STRING_TOO_LONG: "it is too large",
      ERR_FS_FILE_TOO_LARGE: "it is too large",
    };
    const reason = reasons[errorCode(error) ?? ""];
    if (reason === undefined) throw error;
    throw new CliError(`${file} cannot be read: ${reason}.`, { cause: error });
  }
}

/** Writes what was asked for to a file, or else to standard output. */
export async function writeText(text: string, file: string | undefined): Promise<void> {
  if (file === undefined) process.stdout.write(text);
  else await writeFile(file, text);
}

function writeBeside(path: string, text: string): string {
  const beside = `${path}.${process.pid}.${randomBytes(4).toString("hex")}.tmp`;
  writeFileSync(beside, text, { mode: 0o600, flag: "wx" });
  chmodSync(beside, 0o600);
  return beside;
}
