import { Command, Option } from "commander";
import { parsePort } from "./options.ts";

/** What `lml stand-in` was asked for. */
export interface StandInFlags {
  readonly port: number;
  readonly host: string;
  readonly webhookUrl: string;
  readonly journal?: string;
}

/** `lml stand-in`: the Stripe stand-in alone, for deployments in which each part is a process of its own. */
export function standInCommand(): Command {
  return new Command("stand-in")
    .summary("run the Stripe stand-in alone (`lml start` has one inside)")
    .description(
      "Runs the built-in Stripe stand-in in test mode, for server and worker that run as processes of their own. Its keys " +
        "come from the same variables that server and worker read: STRIPE_SECRET_KEY (sk_test_...), " +
        "STRIPE_PUBLISHABLE_KEY (pk_test_...) and STRIPE_WEBHOOK_SECRET (whsec_...). Never give it keys of a real account.",
    )
    .addOption(
      new Option("-p, --port <number>", "where it listens").default(4242).argParser(parsePort),
    )
    .option("--host <address>", "on which address", "127.0.0.1")
    .option("--webhook-url <url>", "where its events go", "http://127.0.0.1:4000/stripe/webhook")
    .option(
      "--journal <file>",
      "the file that keeps its state; without it, all is forgotten at the end",
    )
    .addHelpText(
      "after",
      `
Example:
  STRIPE_SECRET_KEY=sk_test_demo STRIPE_PUBLISHABLE_KEY=pk_test_demo STRIPE_WEBHOOK_SECRET=whsec_demo \\
    npx lml stand-in --journal stand-in.jsonl`,
    )
    .action(async (flags: StandInFlags) => {
      const { runStandIn } = await import("../office/stand-in.ts");
      await runStandIn(flags);
    });
}
