import { Command, Option } from "commander";
import type { LogLevel } from "../office/start.ts";
import { dataOption, parsePort } from "./options.ts";

/** What `lml start` was asked for. */
export interface StartFlags {
  readonly port: number;
  readonly host: string;
  readonly data?: string;
  readonly fresh: boolean;
  readonly demo?: boolean;
  readonly setPasswords: boolean;
  readonly quiet: boolean;
  readonly logLevel: LogLevel;
}

/** `lml start`: a box office in this terminal. `npm start` runs it. */
export function startCommand(): Command {
  return new Command("start")
    .summary("run a box office: PostgreSQL, server, worker, Stripe or its stand-in")
    .description(
      "Runs a box office in this terminal until Ctrl-C: an embedded PostgreSQL (or DATABASE_URL's), the GraphQL server, " +
        "the worker, and a Stripe stand-in where no STRIPE_SECRET_KEY is set. The first start sets everything up.",
    )
    .addOption(
      new Option("-p, --port <number>", "where the server listens; 0 takes any free port")
        .env("PORT")
        .default(4000)
        .argParser(parsePort),
    )
    .addOption(new Option("--host <address>", "on which address").env("HOST").default("127.0.0.1"))
    .addOption(dataOption())
    .option("--fresh", "erase the data directory's box office first, and start over", false)
    .option("--demo", "fill an empty database of DATABASE_URL with the demo, too")
    .option("--no-demo", "leave an empty database empty")
    .option(
      "--set-passwords",
      "with a superuser's DATABASE_URL: give existing login roles new passwords",
      false,
    )
    .addOption(
      new Option("--log-level <level>", "what server and worker write here")
        .choices(["silent", "error", "warn", "info", "debug"])
        .default("warn"),
    )
    .option("-q, --quiet", "print the GraphQL address and nothing else", false)
    .addHelpText(
      "after",
      `
With DATABASE_URL:
  a superuser's URL   creates roles and database, and gives server and worker passwords, which are
                      kept in the data directory; LML_SERVER_DATABASE_URL and LML_WORKER_DATABASE_URL
                      set them instead
  lml_owner's URL     migrates; those two variables must be set

Recovery: whatever ended the last run, kill -9 and power cuts included, the next start cleans up and
goes on with the same data. When PostgreSQL ends under a running box office, the box office says so
and ends with exit code 3: start it again.

Examples:
  npm start
  npm start -- --port 4100 --data /tmp/second
  npm start -- --fresh
  DATABASE_URL=postgres://postgres:secret@127.0.0.1:5432/lml npx lml start`,
    )
    .action(async (flags: StartFlags) => {
      const { runOffice } = await import("../office/run.ts");
      process.exitCode = await runOffice(flags);
    });
}
