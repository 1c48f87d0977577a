import type Stripe from "stripe";
import { z } from "zod";
import { defineTask } from "../context.ts";
import { callStripe, type PreparedCall } from "../stripe-calls.ts";
import { isRefusal } from "../stripe.ts";
import { findCustomer } from "./stripe_customer__create.ts";

interface Request extends PreparedCall {
  /** null: their id at Stripe was never heard of. */
  readonly customer: string | null;
}

interface Forgotten {
  readonly id: string | null;
}

/** Has Stripe forget somebody who is forgotten here, with every card. */
export const stripeCustomerDelete = defineTask(
  z.object({ stripe_customer_id: z.uuid() }),
  async ({ stripe_customer_id: id }, helpers, { stripe }) => {
    await callStripe<Request, Forgotten>(helpers, {
      purpose: "stripe_customer.delete",
      subjectId: id,
      prepare: "prepare_stripe_customer_delete",
      params: ({ customer }) => ({ customer }),
      send: async ({ customer }, options) => {
        const known = customer ?? (await findCustomer(stripe, id))?.id;
        return known === undefined ? { id: null } : await forget(stripe, known, options);
      },
      record: () => null,
    });
  },
);

/** Stripe refuses whom it has forgotten already, which an earlier attempt may have brought about. */
async function forget(
  stripe: Stripe,
  id: string,
  options: Stripe.RequestOptions,
): Promise<Forgotten> {
  try {
    return await stripe.customers.del(id, {}, options);
  } catch (error) {
    if (!isRefusal(error) || error.code !== "resource_missing") throw error;
    return { id };
  }
}
