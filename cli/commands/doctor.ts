import { Command } from "commander";
import { dataOption, parsePort } from "./options.ts";

/** What `lml doctor` was asked for. */
export interface DoctorFlags {
  readonly data?: string;
  readonly port: number;
  readonly json: boolean;
}

/** `lml doctor`: what is wrong here, and what to do about it. */
export function doctorCommand(): Command {
  return new Command("doctor")
    .summary("find out what is wrong with this machine, the database, the worker or the money")
    .description(
      "Looks at everything that a box office depends on, and says for each what to do. Changes nothing. Exit code 1 when " +
        "something fails; warnings do not count.",
    )
    .addOption(dataOption())
    .option("-p, --port <number>", "the server's port", parsePort, 4000)
    .option("--json", "print the findings as a JSON array", false)
    .addHelpText(
      "after",
      `
Examples:
  npx lml doctor
  DATABASE_URL=postgres://lml_owner:secret@db.example.com/lml npx lml doctor --json`,
    )
    .action(async (flags: DoctorFlags) => {
      const { runDoctor } = await import("../doctor/run.ts");
      process.exitCode = await runDoctor(flags);
    });
}
