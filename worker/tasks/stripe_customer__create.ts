import type Stripe from "stripe";
import { z } from "zod";
import { callFunction, defineTask } from "../context.ts";
import { callStripe, type PreparedCall } from "../stripe-calls.ts";

interface Request extends PreparedCall {
  readonly email: string;
  readonly name?: string;
  readonly metadata: Record<string, string>;
}

/** Makes somebody known to Stripe who has agreed that a card is kept; their payment waits for it. */
export const stripeCustomerCreate = defineTask(
  z.object({ stripe_customer_id: z.uuid() }),
  async ({ stripe_customer_id: id }, helpers, { stripe }) => {
    await callStripe<Request, Stripe.Customer>(helpers, {
      purpose: "stripe_customer.create",
      subjectId: id,
      prepare: "prepare_stripe_customer",
      params: paramsOf,
      send: (request, options) => stripe.customers.create(paramsOf(request), options),
      find: () => findCustomer(stripe, id),
      record: (customer) => ["record_stripe_customer", id, customer.id],
      recordRefusal: () => ["record_stripe_customer_failure", id],
    });
    // Even when somebody else was faster: a payment may have come to wait in the meantime.
    await callFunction(helpers, "ask_for_payments_of", id);
  },
);

/** The customer at Stripe who bears our id. */
export async function findCustomer(
  stripe: Stripe,
  id: string,
): Promise<Stripe.Customer | undefined> {
  const query = `metadata['lml_stripe_customer_id']:'${id}'`;
  return (await stripe.customers.search({ query, limit: 1 })).data[0];
}

function paramsOf(request: Request): Stripe.CustomerCreateParams {
  const { idempotency_key: _key, ...params } = request;
  return params;
}
