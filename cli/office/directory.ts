import { accessSync, constants, existsSync, mkdirSync, realpathSync, statSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { stateDirectory } from "../db/paths.ts";
import { errorCode } from "../db/processes.ts";
import { CliError } from "../errors.ts";

/** What a box office keeps, and where. */
export interface OfficeDirectory {
  readonly root: string;
  /** The embedded PostgreSQL: its files, passwords and log. */
  readonly postgres: string;
  /** Who runs here, and where to reach it. */
  readonly state: string;
  /** Keys and passwords that were made at random. */
  readonly secrets: string;
  /** What the Stripe stand-in remembers. */
  readonly journal: string;
  /** Mail that was sent, a file each, when there is no SMTP. */
  readonly mail: string;
}

/** The directory that a command works on: the option, else LML_DATA, else `.lml` in the checkout. */
export function officeDirectory(given: string | undefined): OfficeDirectory {
  const chosen = given ?? (process.env["LML_DATA"] || undefined) ?? stateDirectory;
  const absolute = resolve(chosen);
  const root = existsSync(absolute) ? realpathSync(absolute) : absolute;
  return {
    root,
    postgres: join(root, "postgres"),
    state: join(root, "state.json"),
    secrets: join(root, "secrets.json"),
    journal: join(root, "stripe-stand-in.jsonl"),
    mail: join(root, "mail"),
  };
}

/** Whether an embedded PostgreSQL was ever set up here. */
export function hasData(directory: OfficeDirectory): boolean {
  return existsSync(join(directory.postgres, "data"));
}

/** Makes the directory when it is missing, and refuses one that this user may not use. */
export function prepareDirectory(directory: OfficeDirectory): void {
  try {
    mkdirSync(directory.root, { recursive: true });
    accessSync(directory.root, constants.R_OK | constants.W_OK | constants.X_OK);
    for (const file of [directory.secrets, directory.state]) {
      if (existsSync(file)) accessSync(file, constants.R_OK | constants.W_OK);
    }
  } catch (error) {
    throw unusable(directory.root, error);
  }
}

function unusable(root: string, error: unknown): unknown {
  const code = errorCode(error) ?? "";
  // Nobody's right is missing: tell() says what to do.
  if (code === "ENOSPC" || code === "EDQUOT") return error;
  if (code === "ENOTDIR" || code === "EEXIST") {
    return new CliError(`${root} is not a directory.`, {
      hint: "Name another one with --data DIR.",
      cause: error,
    });
  }
  const owner = existsSync(root) ? statSync(root).uid : undefined;
  const whose = owner === undefined ? "" : ` It belongs to user ${owner}.`;
  return new CliError(`You may not use ${root} (${code}).${whose}`, {
    hint: "Run as the user who made it, name another directory with --data DIR, or remove it to start over.",
    cause: error,
  });
}

/** A path as it is shortest to read from here. */
export function shortPath(path: string): string {
  const near = relative(process.cwd(), path);
  return near !== "" && !near.startsWith("..") ? near : path;
}
