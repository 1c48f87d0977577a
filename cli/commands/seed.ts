import { Command } from "commander";
import { dataOption } from "./options.ts";

/** `lml seed`: fills in the demo. */
export function seedCommand(): Command {
  return new Command("seed")
    .summary("fill in a theatre to try: a seating plan, events on sale, three accounts")
    .description(
      "Makes a demo organization with a venue of 300 seats, two events on sale and three accounts. What is there already " +
        "stays as it is, so running it again is harmless; when all performances are over, new ones are added.",
    )
    .addOption(dataOption())
    .option("--password <text>", "the accounts' password, of 10 characters or more")
    .addHelpText(
      "after",
      `
The password: on the embedded server the one that npm start shows, on any other a random one, which
is shown once.

Examples:
  npx lml seed
  DATABASE_URL=postgres://lml_owner:secret@127.0.0.1:5432/lml npx lml seed --password 'a long one'`,
    )
    .action(async (flags: { data?: string; password?: string }) => {
      const { runSeed } = await import("../demo/run-seed.ts");
      await runSeed(flags);
    });
}
