import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "../db/paths.ts";
import { errorCode } from "../db/processes.ts";
import { CliError } from "../errors.ts";
import { onConnection } from "./connection.ts";

/** How a database compares with the committed migrations. */
export interface History {
  /** The files that it lacks, in order. */
  readonly pending: readonly string[];
  /** The files of which it has another version, and the numbers that no file has. */
  readonly different: readonly string[];
  /** Whether a later version of this program made the rest: it has all files, and numbers that come after them. */
  readonly isNewer: boolean;
}

interface Migration {
  readonly number: string;
  readonly hash: string;
}

/**
 * Compares a database with the committed migrations.
 *
 * @param mayBeNew - take one that cannot be entered for one that is yet to be made.
 */
export async function readHistory(ownerUrl: string, mayBeNew = false): Promise<History> {
  const files = committedMigrations();
  const applied = await readApplied(ownerUrl, mayBeNew);
  const hashes = new Map(applied.map(({ number, hash }) => [number, hash]));
  const numbers = new Set(files.map(({ number }) => number));
  const pending = files.filter(({ number }) => !hashes.has(number));
  const changed = files.filter(({ number, hash }) => (hashes.get(number) ?? hash) !== hash);
  const unknown = applied.map(({ number }) => number).filter((number) => !numbers.has(number));
  const last = files.at(-1)?.number ?? "";
  return {
    pending: pending.map(({ file }) => file),
    different: [...changed.map(({ file }) => file), ...unknown],
    isNewer:
      pending.length === 0 &&
      changed.length === 0 &&
      unknown.length > 0 &&
      unknown.every((number) => number > last),
  };
}

/**
 * Refuses a database that was made from another history: what comes next would not fit.
 *
 * @throws CliError
 */
export function requireSameHistory(history: History): void {
  const { different, isNewer } = history;
  if (different.length === 0) return;
  throw new CliError(
    isNewer
      ? `A newer version of this program has migrated this database: ${shorten(different)}.`
      : `This database was made from other migrations than those here: ${shorten(different)}.`,
    { hint: otherHistoryHint(history) },
  );
}

/** What to do about a database of another history. */
export function otherHistoryHint({ isNewer }: History): string {
  return isNewer
    ? "Start the newer version again. There is no way back but a backup of before."
    : "Before the first release, history may be rewritten. Go back to the version of the code that made it, or start " +
        "over with `npm start -- --fresh` (its data is lost).";
}

/** The first few names of many. */
export function shorten(names: readonly string[]): string {
  return names.slice(0, 3).join(", ") + (names.length > 3 ? ` and ${names.length - 3} more` : "");
}

/** No such database, role or password yet: the administrator is about to make them. */
const newCodes = new Set(["3D000", "22023", "28P01", "28000"]);

async function readApplied(ownerUrl: string, mayBeNew: boolean): Promise<readonly Migration[]> {
  try {
    return await onConnection(ownerUrl, async (client) => {
      const { rows: known } = await client.query<{ known: boolean }>(
        "select to_regclass('graphile_migrate.migrations') is not null as known",
      );
      if (known[0]?.known !== true) return [];
      const { rows } = await client.query<{ filename: string; hash: string }>(
        "select filename, hash from graphile_migrate.migrations order by filename",
      );
      return rows.map(({ filename, hash }) => ({ number: numberOf(filename), hash }));
    });
  } catch (error) {
    if (mayBeNew && newCodes.has(errorCode(error) ?? "")) return [];
    throw error;
  }
}

function committedMigrations(): (Migration & { file: string })[] {
  const directory = join(repositoryRoot, "db", "migrations", "committed");
  return readdirSync(directory)
    .filter((file) => file.endsWith(".sql"))
    .toSorted()
    .map((file) => {
      const text = readFileSync(join(directory, file), "utf8");
      const hash = /^--! Hash: (\S+)$/m.exec(text)?.[1] ?? "";
      return { file, number: numberOf(file), hash };
    });
}

/** Migrations are recorded by number; the rest of a file's name is for people. */
function numberOf(file: string): string {
  return /^\d+/.exec(file)?.[0] ?? file;
}
