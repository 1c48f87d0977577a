import { Argument, Command, InvalidArgumentError, Option } from "commander";
import { dataOption } from "./options.ts";

/** Where the stand-in is. */
export interface StripeFlags {
  readonly data?: string;
  readonly json: boolean;
}

/** What can be listed, as Stripe names it in its addresses. */
const kinds = [
  "accounts",
  "balance_transactions",
  "charges",
  "customers",
  "disputes",
  "events",
  "payment_intents",
  "payouts",
  "refunds",
  "setup_intents",
  "transfers",
] as const;

/** One of them. */
export type Kind = (typeof kinds)[number];

/** Which part of a list is wanted. */
export interface ListFlags extends StripeFlags {
  readonly account?: string;
  readonly limit: number;
  readonly type?: string;
}

/** Which events come again, and how. */
export interface ReplayFlags extends StripeFlags {
  readonly type: readonly string[];
  readonly times: number;
  readonly order: "created" | "reversed" | "shuffled";
  readonly seed?: number;
}

/** What a buyer's bank says. */
export interface DisputeFlags extends StripeFlags {
  readonly amount?: number;
  readonly inquiry?: boolean;
  readonly reason?: string;
}

/** What goes wrong, and for whom. */
export interface OutageFlags extends StripeFlags {
  readonly calls?: number;
  readonly path?: string;
  readonly retryAfter?: number;
}

/** `lml stripe`: look into the Stripe stand-in, and let it misbehave. */
export function stripeCommand(): Command {
  return new Command("stripe")
    .summary("look into the Stripe stand-in, replay its events, let it misbehave")
    .description(
      "Talks to the built-in Stripe stand-in: that of the running box office, or the one that STRIPE_API_BASE and " +
        "STRIPE_SECRET_KEY name. Never to Stripe itself. docs/stripe-stand-in.md tells what it can do.",
    )
    .addCommand(statusCommand())
    .addCommand(listCommand())
    .addCommand(eventsCommand())
    .addCommand(showCommand())
    .addCommand(replayCommand())
    .addCommand(disputeCommand())
    .addCommand(decideCommand())
    .addCommand(failCommand())
    .addCommand(outageCommand())
    .addCommand(doCommand())
    .addHelpText(
      "after",
      `
Examples:
  npx lml stripe events --type charge.dispute.created
  npx lml stripe show pi_3Qx...
  npx lml stripe replay --times 3 --order shuffled --seed 7
  npx lml stripe replay evt_1Ab...
  npx lml stripe dispute ch_3Qx... --reason product_not_received
  npx lml stripe decide dp_1Qx... won
  npx lml stripe fail re_1Qx...
  npx lml stripe outage 429 --path /v1/refunds --calls 5 --retry-after 2
  npx lml stripe outage end
  npx lml stripe do advanceClock '{"seconds": 172800}'`,
    );
}

function withCommon(command: Command): Command {
  return command.addOption(dataOption()).option("--json", "print what comes back as JSON", false);
}

function number(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("A whole number is needed.");
  return Number(text);
}

function statusCommand(): Command {
  return withCommon(new Command("status"))
    .summary("tell what the stand-in is doing: outages, events that wait, its clock")
    .description("Tells what the stand-in is doing: outages, events that wait, its clock.")
    .action(async (flags: StripeFlags) => {
      const { showStatus } = await import("../office/stripe-control.ts");
      await showStatus(flags);
    });
}

function withPage(command: Command): Command {
  return withCommon(command).addOption(
    new Option("-n, --limit <number>", "how many, the newest first").default(20).argParser(number),
  );
}

function listCommand(): Command {
  return withPage(new Command("list"))
    .summary("list objects of a kind")
    .description("Lists objects of a kind.")
    .addArgument(new Argument("<kind>", "what to list").choices(kinds))
    .option("--account <id>", "those of a connected account: balance_transactions and payouts")
    .addHelpText("after", "\nExample:\n  npx lml stripe list payouts --account acct_1Qx...")
    .action(async (kind: Kind, flags: ListFlags) => {
      const { listObjects } = await import("../office/stripe-control.ts");
      await listObjects(kind, flags);
    });
}

function eventsCommand(): Command {
  return withPage(new Command("events"))
    .summary("list events")
    .description("Lists events.")
    .option("--type <type>", "only of this type; it may end in a star: charge.*")
    .action(async (flags: ListFlags) => {
      const { listObjects } = await import("../office/stripe-control.ts");
      await listObjects("events", flags);
    });
}

function showCommand(): Command {
  return withCommon(new Command("show"))
    .summary("print one object as JSON")
    .description("Prints one object as JSON.")
    .argument("<id>", "its id; the prefix tells the kind")
    .option("--account <id>", "the connected account whose it is")
    .action(async (id: string, flags: StripeFlags & { account?: string }) => {
      const { showObject } = await import("../office/stripe-control.ts");
      await showObject(id, flags);
    });
}

function replayCommand(): Command {
  return withCommon(new Command("replay"))
    .summary("send events again")
    .description("Sends events again: more than once, or in another order, if you say so.")
    .argument("[events...]", "their ids; none: all that are kept")
    .addOption(new Option("--type <types...>", "only of these types").default([]))
    .addOption(new Option("--times <number>", "how often each").default(1).argParser(number))
    .addOption(
      new Option("--order <order>", "in which order")
        .choices(["created", "reversed", "shuffled"])
        .default("created"),
    )
    .addOption(new Option("--seed <number>", "the same shuffling again").argParser(number))
    .action(async (events: string[], flags: ReplayFlags) => {
      const { replayEvents } = await import("../office/stripe-control.ts");
      await replayEvents(events, flags);
    });
}

function disputeCommand(): Command {
  return withCommon(new Command("dispute"))
    .summary("let a buyer's bank dispute a charge")
    .description("Lets a buyer's bank dispute a charge.")
    .argument("<id>", "the charge (ch_...) or its payment intent (pi_...)")
    .option("--reason <reason>", "such as fraudulent, duplicate, product_not_received")
    .addOption(new Option("--amount <cents>", "of a part only").argParser(number))
    .option("--inquiry", "the bank only asks; no money moves yet")
    .action(async (id: string, flags: DisputeFlags) => {
      const { openDispute } = await import("../office/stripe-control.ts");
      await openDispute(id, flags);
    });
}

function decideCommand(): Command {
  return withCommon(new Command("decide"))
    .summary("let a bank decide a dispute")
    .description("Lets a bank decide a dispute.")
    .argument("<dispute>", "dp_...")
    .addArgument(new Argument("<outcome>", "for whom").choices(["won", "lost"]))
    .action(async (dispute: string, outcome: string, flags: StripeFlags) => {
      const { command } = await import("../office/stripe-control.ts");
      await command("closeDispute", { dispute, outcome }, flags);
    });
}

function failCommand(): Command {
  return withCommon(new Command("fail"))
    .summary("let a refund, a payout or a payment that is processing fail")
    .description("Lets a refund, a payout or a payment that is processing fail.")
    .argument("<id>", "re_..., po_... or pi_...")
    .action(async (id: string, flags: StripeFlags) => {
      const { failObject } = await import("../office/stripe-control.ts");
      await failObject(id, flags);
    });
}

function outageCommand(): Command {
  return withCommon(new Command("outage"))
    .summary("let calls fail, or end that")
    .description("Lets calls fail, or ends that.")
    .addArgument(
      new Argument("<status>", "with which status, or `end`").choices([
        "400",
        "402",
        "429",
        "500",
        "503",
        "end",
      ]),
    )
    .addOption(new Option("--calls <number>", "so many calls only").argParser(number))
    .option("--path <path>", "only calls whose path begins so, such as /v1/refunds")
    .addOption(
      new Option("--retry-after <seconds>", "what Retry-After says, with 429").argParser(number),
    )
    .action(async (status: string, flags: OutageFlags) => {
      const { setOutage } = await import("../office/stripe-control.ts");
      await setOutage(status, flags);
    });
}

function doCommand(): Command {
  return withCommon(new Command("do"))
    .summary("send any command of the stand-in's control path")
    .description(
      "Sends any command of the stand-in's control path; docs/stripe-stand-in.md lists them.",
    )
    .argument("<command>", "its name; an unknown one prints the list")
    .argument("[input]", "its input as JSON", "{}")
    .addHelpText("after", `\nExample:\n  npx lml stripe do deliveries '{"duplicates": 2}'`)
    .action(async (name: string, input: string, flags: StripeFlags) => {
      const { command, readJson } = await import("../office/stripe-control.ts");
      await command(name, readJson(input), flags);
    });
}
