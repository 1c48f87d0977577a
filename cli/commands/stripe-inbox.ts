import { Command } from "commander";
import { dataOption } from "./options.ts";

/** `lml stripe-inbox`: what Stripe has told. */
export function stripeInboxCommand(): Command {
  return new Command("stripe-inbox")
    .summary("apply what Stripe has told once more")
    .description("The inbox keeps every event that Stripe has sent, and what became of it.")
    .addCommand(replayCommand())
    .addHelpText("after", "\nExample:\n  npx lml stripe-inbox replay");
}

function replayCommand(): Command {
  return new Command("replay")
    .summary("apply all events of the inbox again, in the order in which Stripe made them")
    .description(
      "Applies every event that is still kept once more. Where all of them were applied, this changes nothing; after " +
        "payments were restored from an older backup, it brings back what Stripe has told since.",
    )
    .addOption(dataOption())
    .addHelpText(
      "after",
      `
Examples:
  npx lml stripe-inbox replay
  DATABASE_URL=postgres://lml_owner:secret@db.example.com/lml npx lml stripe-inbox replay`,
    )
    .action(async (flags: { data?: string }) => {
      const { replayInbox } = await import("../office/stripe-inbox.ts");
      await replayInbox(flags);
    });
}
