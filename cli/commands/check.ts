import { Command } from "commander";
import { dataOption } from "./options.ts";

/** `lml check`: are we consistent now? */
export function checkCommand(): Command {
  return new Command("check")
    .summary("check that seats, tickets, bookings and money agree")
    .description(
      "Asks the database whether everything is consistent now, app_public.check_invariants(), and whether the audit log " +
        "is as it was sealed, app_private.verify_audit_log(). Safe at any time, also in production. Exit code 0 when all is well, 1 when an invariant is violated.",
    )
    .addOption(dataOption())
    .option("--json", "print the violations as a JSON array", false)
    .addHelpText(
      "after",
      `
Examples:
  npx lml check
  npx lml check --json | jq .
  DATABASE_URL=postgres://lml_owner:secret@db.example.com/lml npx lml check`,
    )
    .action(async (flags: { data?: string; json: boolean }) => {
      const { runCheck } = await import("../office/check.ts");
      process.exitCode = await runCheck(flags);
    });
}
