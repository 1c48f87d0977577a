import { requireGoodPassword } from "../../server/passwords.ts";
import { migrateDatabase, withDatabase } from "../office/database.ts";
import { officeDirectory } from "../office/directory.ts";
import { readHistory } from "../office/history.ts";
import { randomPassword } from "../office/secrets.ts";
import { CliError } from "../errors.ts";
import { alignColumns, createOutput } from "../output.ts";
import { demoAccounts, embeddedDemoPassword } from "./accounts.ts";
import { seed } from "./seed.ts";

/** Fills in the demo and says what is there now. */
export async function runSeed(flags: { data?: string; password?: string }): Promise<void> {
  const output = createOutput();
  // Before a server is set up for accounts that could not be made.
  if (flags.password !== undefined) requireGoodPassword(flags.password);
  const directory = officeDirectory(flags.data);
  await withDatabase({ directory, create: true }, async (database) => {
    const embedded = database.origin === "embedded";
    if (database.postgres !== undefined && !database.postgres.attached) {
      await output.step("bringing the database up to date", (detail) =>
        migrateDatabase(database, detail),
      );
    } else if ((await readHistory(database.ownerUrl)).pending.length > 0) {
      throw new CliError("The database is not up to date.", {
        hint: "Run `npx lml migrate` first.",
      });
    }
    const password = flags.password ?? (embedded ? embeddedDemoPassword : randomPassword());
    const report = await output.step("filling in the theatre", () =>
      seed(database.ownerUrl, password),
    );
    output.line();
    const rows = report.performances.map(({ localTime, title }) => [localTime, title]);
    output.line(`On sale (${report.performancesMade} new):`);
    for (const line of alignColumns(rows)) output.line(`  ${line}`);
    output.line();
    output.line(
      report.accountsMade
        ? `Accounts, password ${password}`
        : "Accounts, which were there, with the password that they have",
    );
    const accounts = Object.values(demoAccounts).map(({ email, purpose }) => [email, purpose]);
    for (const line of alignColumns(accounts)) output.line(`  ${line}`);
  });
}
