import { Command, Option } from "commander";
import { dataOption } from "./options.ts";

const urlNames = {
  owner: "ownerUrl",
  server: "serverUrl",
  worker: "workerUrl",
  superuser: "superuserUrl",
} as const;

type UrlRole = keyof typeof urlNames;

/** `lml url`: how to reach the running box office's database. */
export function urlCommand(): Command {
  return new Command("url")
    .summary("print the running database's connection URL, for psql")
    .description(
      "Prints the connection URL of the running box office's database: as lml_owner, who may see and change everything " +
        "in it. It holds a password.",
    )
    .addOption(dataOption())
    .addOption(
      new Option(
        "--role <role>",
        "as whom: lml_owner, lml_authenticator, lml_worker or a superuser",
      )
        .choices(Object.keys(urlNames))
        .default("owner"),
    )
    .addHelpText(
      "after",
      `
Examples:
  psql "$(npx lml url)"
  psql "$(npx lml url)" -c "select * from app_public.check_invariants()"
  psql "$(npx lml url --role superuser)"`,
    )
    .action(async (flags: { data?: string; role: UrlRole }) => {
      const { CliError } = await import("../errors.ts");
      const { officeDirectory } = await import("../office/directory.ts");
      const { runningState } = await import("../office/state.ts");
      const directory = officeDirectory(flags.data);
      const state = runningState(directory);
      if (state === undefined) {
        throw new CliError(`No box office runs in ${directory.root}.`, {
          hint: "Start it with `npm start`, or name its directory with --data DIR.",
        });
      }
      const url = state[urlNames[flags.role]];
      if (url === undefined) {
        throw new CliError(
          state.status === "starting"
            ? "The box office is still starting."
            : `Its URL as ${flags.role} is not known: DATABASE_URL is lml_owner's.`,
          state.status === "starting" ? { hint: "Try again in a moment." } : {},
        );
      }
      process.stdout.write(`${url}\n`);
    });
}
