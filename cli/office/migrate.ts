import { exitCodes } from "../errors.ts";
import { createOutput, type Output } from "../output.ts";
import { migrateDatabase, type OfficeDatabase, withDatabase } from "./database.ts";
import { officeDirectory } from "./directory.ts";
import { readHistory, requireSameHistory } from "./history.ts";

/** Brings the database to the newest version, or tells what it lacks. Returns the exit code. */
export async function runMigrate(flags: { data?: string; status: boolean }): Promise<number> {
  const output = createOutput();
  const directory = officeDirectory(flags.data);
  return await withDatabase({ directory, create: !flags.status }, async (database) =>
    flags.status ? await showPending(database, output) : await bringUpToDate(database, output),
  );
}

async function showPending(database: OfficeDatabase, output: Output): Promise<number> {
  const history = await readHistory(database.ownerUrl);
  requireSameHistory(history);
  const { pending } = history;
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
  const applied = await output.step(`migrating ${database.place}`, (detail) =>
    migrateDatabase(database, detail),
  );
  output.line(applied.length === 0 ? "It was up to date." : `${count(applied.length)} applied.`);
  return exitCodes.done;
}

function count(number: number): string {
  return number === 1 ? "1 migration" : `${number} migrations`;
}
