import { readdirSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "../db/paths.ts";
import { errorCode } from "../db/processes.ts";
import { exitCodes } from "../errors.ts";
import { createOutput, type Output } from "../output.ts";
import { migrateDatabase, type OfficeDatabase, onConnection, withDatabase } from "./database.ts";
import { officeDirectory } from "./directory.ts";

/** Brings the database to the newest version, or tells what it lacks. Returns the exit code. */
export async function runMigrate(flags: { data?: string; status: boolean }): Promise<number> {
  const output = createOutput();
  const directory = officeDirectory(flags.data);
  return await withDatabase({ directory, create: !flags.status }, async (database) =>
    flags.status ? await showPending(database, output) : await bringUpToDate(database, output),
  );
}

async function showPending(database: OfficeDatabase, output: Output): Promise<number> {
  const pending = await pendingMigrations(database.ownerUrl);
  if (pending.length === 0) {
    output.line(`Up to date: ${database.place}.`);
    return exitCodes.done;
  }
  output.line(`${count(pending.length)} to apply to ${database.place}:`);
  for (const file of pending) output.line(`  ${file}`);
  output.line("Apply them with `npx lml migrate`.");
  return exitCodes.no;
}

async function bringUpToDate(database: OfficeDatabase, output: Output): Promise<number> {
  const before =
    database.administratorUrl === undefined
      ? await pendingMigrations(database.ownerUrl)
      : await pendingOrAll(database.ownerUrl);
  await output.step(`migrating ${database.place}`, (detail) => migrateDatabase(database, detail));
  output.line(before.length === 0 ? "It was up to date." : `${count(before.length)} applied.`);
  return exitCodes.done;
}

/** The files of the committed migrations that a database lacks. */
export async function pendingMigrations(ownerUrl: string): Promise<string[]> {
  const applied = await onConnection(ownerUrl, async (client) => {
    const { rows: known } = await client.query<{ known: boolean }>(
      "select to_regclass('graphile_migrate.migrations') is not null as known",
    );
    if (known[0]?.known !== true) return [];
    const { rows } = await client.query<{ filename: string }>(
      "select filename from graphile_migrate.migrations",
    );
    return rows.map(({ filename }) => numberOf(filename));
  });
  return committedMigrations().filter((file) => !applied.includes(numberOf(file)));
}

async function pendingOrAll(ownerUrl: string): Promise<string[]> {
  try {
    return await pendingMigrations(ownerUrl);
  } catch (error) {
    // No such database, role or password yet: the administrator is about to make them.
    if (["3D000", "22023", "28P01", "28000"].includes(errorCode(error) ?? "")) {
      return committedMigrations();
    }
    throw error;
  }
}

function committedMigrations(): string[] {
  return readdirSync(join(repositoryRoot, "db", "migrations", "committed"))
    .filter((file) => file.endsWith(".sql"))
    .toSorted();
}

/** Migrations are recorded by number; the rest of a file's name is for people. */
function numberOf(file: string): string {
  return /^\d+/.exec(file)?.[0] ?? file;
}

function count(number: number): string {
  return number === 1 ? "1 migration" : `${number} migrations`;
}
