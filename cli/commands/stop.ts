import { Command } from "commander";
import { dataOption } from "./options.ts";

/** `lml stop`: ends the box office that runs in a directory. */
export function stopCommand(): Command {
  return new Command("stop")
    .summary("end the running box office")
    .description(
      "Ends the box office that runs in the data directory, in order: requests are answered, jobs finished, and " +
        "PostgreSQL shut down. Does nothing when none runs.",
    )
    .addOption(dataOption())
    .option("--force", "kill it when it does not end within half a minute", false)
    .addHelpText("after", "\nExamples:\n  npx lml stop\n  npx lml stop --data /tmp/second --force")
    .action(async (flags: { data?: string; force: boolean }) => {
      const { stopOffice } = await import("../office/stop.ts");
      await stopOffice(flags);
    });
}
