import { Command, InvalidArgumentError, Option } from "commander";
import { dataOption } from "./options.ts";

/** In which states a payout can be. */
const payoutStatuses = [
  "draft",
  "pending_approval",
  "approved",
  "in_transit",
  "paid",
  "failed",
  "canceled",
] as const;

/** What all of them take. */
export interface PayoutFlags {
  readonly data?: string;
  readonly json: boolean;
}

/** Which payouts are listed. */
export interface PayoutListFlags extends PayoutFlags {
  readonly organization?: string;
  readonly status?: (typeof payoutStatuses)[number];
  readonly limit: number;
}

/** Who decides. */
export interface DecisionFlags extends PayoutFlags {
  readonly email?: string;
}

/** Who approves, and with which words. */
export interface ApproveFlags extends DecisionFlags {
  readonly note?: string;
}

/** How much is held back, and until when. */
export interface HoldFlags extends DecisionFlags {
  readonly reason: string;
  readonly amount?: number;
  readonly until?: string;
}

/** `lml payouts`: what organizations and promoters are paid. */
export function payoutsCommand(): Command {
  return new Command("payouts")
    .summary("list payouts, recompute one, make those that are due, decide")
    .description(
      "What organizations and their promoters are paid. `list`, `show` and `run` work as the database's owner. Approving " +
        "and holding are decisions of people: they sign in at the box office with the rights that they have there.",
    )
    .addCommand(listCommand())
    .addCommand(showCommand())
    .addCommand(runCommand())
    .addCommand(approveCommand())
    .addCommand(holdCommand())
    .addCommand(releaseCommand())
    .addHelpText(
      "after",
      `
Examples:
  npx lml payouts list --organization riverside-theatre --status failed
  npx lml payouts show 0199c3b2-...
  npx lml payouts run
  LML_PASSWORD=... npx lml payouts approve 0199c3b2-... --email ada@example.com`,
    );
}

function withCommon(command: Command): Command {
  return command.addOption(dataOption()).option("--json", "print it as JSON", false);
}

function listCommand(): Command {
  return withCommon(new Command("list"))
    .summary("list payouts with their periods, the newest first")
    .description("Lists payouts with their periods, the newest first.")
    .option("--organization <slug>", "those of one organization and its promoters")
    .addOption(new Option("--status <status>", "those in this state").choices(payoutStatuses))
    .addOption(new Option("-n, --limit <number>", "how many").default(20).argParser(count))
    .addHelpText("after", "\nExample:\n  npx lml payouts list --status pending_approval")
    .action(async (flags: PayoutListFlags) => {
      const { listPayouts } = await import("../office/payouts.ts");
      await listPayouts(flags);
    });
}

function showCommand(): Command {
  return withCommon(new Command("show"))
    .summary("print a payout with its items, and sum the books again")
    .description(
      "Prints what a payout is made of, each item with the fact of the books that it pays, and computes its amounts " +
        "again from the entries of those facts.",
    )
    .argument("<payout>", "its id")
    .addHelpText(
      "after",
      `
Exit codes: 0 the books give the same amounts again, 1 they do not.

Example:
  npx lml payouts show 0199c3b2-... --json`,
    )
    .action(async (id: string, flags: PayoutFlags) => {
      const { showPayout } = await import("../office/payouts.ts");
      process.exitCode = await showPayout(id, flags);
    });
}

function runCommand(): Command {
  return withCommon(new Command("run"))
    .summary("make the payouts of periods that have ended, as the worker does")
    .description(
      "Makes the payouts of periods that have ended, as the worker does. What was made already is not made again.",
    )
    .addHelpText(
      "after",
      `
Exit codes: 0 done, 1 those of an organization could not be made.

Example:
  npx lml payouts run`,
    )
    .action(async (flags: PayoutFlags) => {
      const { runPayouts } = await import("../office/payouts.ts");
      process.exitCode = await runPayouts(flags);
    });
}

function withPerson(command: Command): Command {
  return withCommon(command)
    .addOption(
      new Option("--email <address>", "whose decision it is; LML_PASSWORD has the password").env(
        "LML_EMAIL",
      ),
    )
    .addHelpText(
      "after",
      `
LML_URL says where the box office is, if not here; LML_CODE is the code of a second factor.`,
    );
}

function approveCommand(): Command {
  return withPerson(new Command("approve"))
    .summary("approve a payout that somebody else, or the schedule, has made")
    .description(
      "Approves a payout that somebody else, or the schedule, has made. You need payouts.approve.",
    )
    .argument("<payout>", "its id")
    .option("--note <text>", "what is to be remembered of it")
    .action(async (id: string, flags: ApproveFlags) => {
      const { approvePayout } = await import("../office/payout-decisions.ts");
      await approvePayout(id, flags);
    });
}

function holdCommand(): Command {
  return withPerson(new Command("hold"))
    .summary("keep a payout, or an amount of it, from being sent")
    .description("Keeps a payout, or an amount of it, from being sent. You need payouts.approve.")
    .argument("<payout>", "its id")
    .requiredOption("--reason <text>", "why")
    .addOption(new Option("--amount <cents>", "only so much of it").argParser(count))
    .option("--until <time>", "when it ends by itself, such as 2026-12-01T00:00:00Z")
    .action(async (id: string, flags: HoldFlags) => {
      const { holdPayout } = await import("../office/payout-decisions.ts");
      await holdPayout(id, flags);
    });
}

function releaseCommand(): Command {
  return withPerson(new Command("release"))
    .summary("end a hold")
    .description("Ends a hold. You need payouts.approve.")
    .argument("<hold>", "its id; `lml payouts show` has it")
    .action(async (id: string, flags: DecisionFlags) => {
      const { releaseHold } = await import("../office/payout-decisions.ts");
      await releaseHold(id, flags);
    });
}

function count(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new InvalidArgumentError("A whole number is needed.");
  return Number(text);
}
