import type Stripe from "stripe";
import { z } from "zod";
import { defineTask } from "../context.ts";
import { callStripe, type PreparedCall } from "../stripe-calls.ts";
import { isRefusal } from "../stripe.ts";

interface Request extends PreparedCall {
  readonly customer: string;
}

/** Has Stripe forget somebody who is forgotten here, with every card. */
export const stripeCustomerDelete = defineTask(
  z.object({ stripe_customer_id: z.uuid() }),
  async ({ stripe_customer_id: id }, helpers, { stripe }) => {
    await callStripe<Request, { readonly id: string }>(helpers, {
      purpose: "stripe_customer.delete",
      subjectId: id,
      prepare: "prepare_stripe_customer_delete",
      params: ({ customer }) => ({ customer }),
      send: ({ customer }, options) => forget(stripe, customer, options),
      record: () => null,
    });
  },
);

/** Stripe refuses whom it has forgotten already, which an earlier attempt may have brought about. */
async function forget(
  stripe: Stripe,
  id: string,
  options: Stripe.RequestOptions,
): Promise<{ readonly id: string }> {
  try {
    return await stripe.customers.del(id, {}, options);
  } catch (error) {
    if (!isRefusal(error) || error.code !== "resource_missing") throw error;
    return { id };
  }
}
