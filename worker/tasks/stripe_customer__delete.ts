import { z } from "zod";
import { defineTask } from "../context.ts";
import { isRefusal } from "../stripe.ts";

/** Has Stripe forget somebody who is forgotten here, with every card. Deleting twice is harmless. */
export const stripeCustomerDelete = defineTask(
  z.object({ stripe_id: z.string() }),
  async ({ stripe_id: id }, _helpers, { stripe }) => {
    try {
      await stripe.customers.del(id);
    } catch (error) {
      if (!isRefusal(error) || error.code !== "resource_missing") throw error;
    }
  },
);
