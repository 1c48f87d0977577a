// `lml`, the command. Commands load what they need when they run, so that help is there at once.
import { Command, CommanderError } from "commander";
import colors from "picocolors";
import manifest from "../package.json" with { type: "json" };
import { checkCommand } from "./commands/check.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { importCommand } from "./commands/import.ts";
import { layoutCommand } from "./commands/layout.ts";
import { migrateCommand } from "./commands/migrate.ts";
import { payoutsCommand } from "./commands/payouts.ts";
import { reconcileCommand } from "./commands/reconcile.ts";
import { seedCommand } from "./commands/seed.ts";
import { staffCommand } from "./commands/staff.ts";
import { standInCommand } from "./commands/stand-in.ts";
import { startCommand } from "./commands/start.ts";
import { statementCommand } from "./commands/statement.ts";
import { stopCommand } from "./commands/stop.ts";
import { stripeCommand } from "./commands/stripe.ts";
import { stripeInboxCommand } from "./commands/stripe-inbox.ts";
import { urlCommand } from "./commands/url.ts";
import { exitCodes, tell } from "./errors.ts";

// Whoever reads the output may have seen enough: `lml check | head`.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);

const program = new Command("lml")
  .description("Last Minute Live: a box office on PostgreSQL.")
  .version(manifest.version)
  .addCommand(startCommand())
  .addCommand(stopCommand())
  .addCommand(urlCommand())
  .addCommand(migrateCommand())
  .addCommand(seedCommand())
  .addCommand(importCommand())
  .addCommand(layoutCommand())
  .addCommand(checkCommand())
  .addCommand(statementCommand())
  .addCommand(reconcileCommand())
  .addCommand(payoutsCommand())
  .addCommand(doctorCommand())
  .addCommand(staffCommand())
  .addCommand(standInCommand())
  .addCommand(stripeCommand())
  .addCommand(stripeInboxCommand())
  .addHelpText(
    "after",
    `
Which database: DATABASE_URL when it is set, else the running box office, else the embedded
PostgreSQL in the data directory (--data, LML_DATA, .lml in the checkout).

Exit codes: 0 done, 1 the answer is no (an invariant is violated, a file is refused, a check fails),
2 not understood, 3 could not be done or not go on, 130 ended by force.
LML_DEBUG=1 shows where an error comes from.

Try: npm start`,
  )
  .showSuggestionAfterError();

// Commander gives neither to the commands within.
for (const command of commandsOf(program)) {
  command.exitOverride().showHelpAfterError("Run with --help for the options and examples.");
}

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

function commandsOf(command: Command): Command[] {
  return [command, ...command.commands.flatMap(commandsOf)];
}

function report(error: unknown): number {
  // Commander has said it already. Help is no mistake.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.usage;
  const told = tell(error);
  process.stderr.write(`${colors.red("error:")} ${told.message}\n`);
  if (told.hint !== undefined) process.stderr.write(`${told.hint}\n`);
  if (process.env["LML_DEBUG"]) {
    process.stderr.write(`${describe(error)}\n`);
  } else if (!told.expected) {
    process.stderr.write("That was not expected. LML_DEBUG=1 shows where it comes from.\n");
  }
  return told.exitCode;
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? "" : `\ncaused by ${describe(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}
