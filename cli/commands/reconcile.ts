import { Command, InvalidArgumentError } from "commander";
import { dataOption } from "./options.ts";

/** What `lml reconcile` was asked for. */
export interface ReconcileFlags {
  readonly data?: string;
  readonly grace: number;
  readonly json?: boolean;
}

/** `lml reconcile`: whether Stripe and the books say the same. */
export function reconcileCommand(): Command {
  return new Command("reconcile")
    .summary("compare the books with Stripe")
    .description(
      "Lists what has moved at Stripe since the last comparison, posts the fees that Stripe has really charged, and " +
        "compares ledger, payments and refunds with it. Each difference is a finding, which people close with a note. " +
        "The worker does the same every night. A run that was interrupted goes on where it was.",
    )
    .option("--grace <minutes>", "leave out what is newer, as it may be under way", minutes, 60)
    .option("--json", "print results and open findings as JSON")
    .addOption(dataOption())
    .addHelpText(
      "after",
      `
Exit codes: 0 Stripe and the books agree, 1 there are open findings.

Examples:
  npx lml reconcile
  STRIPE_SECRET_KEY=sk_live_... DATABASE_URL=postgres://lml_owner:secret@db.example.com/lml npx lml reconcile`,
    )
    .action(async (flags: ReconcileFlags) => {
      const { runReconcile } = await import("../office/reconcile.ts");
      process.exitCode = await runReconcile(flags);
    });
}

function minutes(text: string): number {
  if (!/^\d{1,5}$/.test(text)) throw new InvalidArgumentError("Give a number of minutes.");
  return Number(text);
}
