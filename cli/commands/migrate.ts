import { Command } from "commander";
import { dataOption } from "./options.ts";

/** `lml migrate`: brings a database to the newest version. */
export function migrateCommand(): Command {
  return new Command("migrate")
    .summary("bring the database to the newest version")
    .description(
      "Applies the committed migrations that the database lacks, the job queue's included. Safe to run twice, and by two " +
        "at once. With an administrator's DATABASE_URL, creates roles and database when they are missing, and sets the " +
        "passwords that stand in LML_SERVER_DATABASE_URL and LML_WORKER_DATABASE_URL.",
    )
    .addOption(dataOption())
    .option("--status", "only list what is missing; exit code 1 when something is", false)
    .addHelpText(
      "after",
      `
Examples:
  npx lml migrate
  npx lml migrate --status
  DATABASE_URL=postgres://lml_owner:secret@db.example.com/lml npx lml migrate
  DATABASE_URL=postgres://postgres:secret@127.0.0.1:5432/lml \\
    LML_SERVER_DATABASE_URL=postgres://lml_authenticator:one@127.0.0.1:5432/lml \\
    LML_WORKER_DATABASE_URL=postgres://lml_worker:two@127.0.0.1:5432/lml npx lml migrate`,
    )
    .action(async (flags: { data?: string; status: boolean }) => {
      const { runMigrate } = await import("../office/migrate.ts");
      process.exitCode = await runMigrate(flags);
    });
}
