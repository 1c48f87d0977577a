import { z } from "zod";
import { defineTask } from "../context.ts";
import { reconcile } from "../reconcile.ts";

/** Compares the books with Stripe. */
export const paymentReconcile = defineTask(
  z.looseObject({}),
  async (_payload, helpers, context) => {
    await reconcile({ stripe: context.stripe, database: helpers });
  },
);
