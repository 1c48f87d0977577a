import { z } from "zod";
import { callFunction, defineTask } from "../context.ts";

/** Applies an event of the inbox. All that it means is decided by the database. */
export const stripeEventApply = defineTask(
  z.object({ event_id: z.string() }),
  async ({ event_id: id }, helpers) => {
    const outcome = await callFunction<string>(helpers, "apply_stripe_event", id);
    if (outcome === "refused") {
      // People see it in payment_findings.
      helpers.logger.error(`stripe event ${id} contradicts what was asked for; it changed nothing`);
    }
  },
);
