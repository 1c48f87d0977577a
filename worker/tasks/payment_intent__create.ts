import type Stripe from "stripe";
import { z } from "zod";
import { defineTask } from "../context.ts";
import { callStripe, type PreparedCall } from "../stripe-calls.ts";

interface Request extends PreparedCall {
  readonly amount: number;
  readonly currency: string;
  readonly description: string;
  readonly metadata: Record<string, string>;
}

/** Asks Stripe for the payment of a booking. The key makes a second request return the first intent. */
export const paymentIntentCreate = defineTask(
  z.object({ payment_intent_id: z.uuid() }),
  async ({ payment_intent_id: id }, helpers, { stripe }) => {
    await callStripe<Request, Stripe.PaymentIntent>(helpers, {
      purpose: "payment_intent.create",
      subjectId: id,
      prepare: "prepare_payment_intent",
      params: paramsOf,
      send: (request, options) => stripe.paymentIntents.create(paramsOf(request), options),
      find: () => findIntent(stripe, id),
      record: (intent) => [
        "record_payment_intent",
        id,
        intent.id,
        intent.client_secret,
        intent.status,
      ],
      recordRefusal: ({ code, type, message }) => [
        "record_payment_intent_failure",
        id,
        code ?? type,
        message,
      ],
    });
  },
);

function paramsOf(request: Request): Stripe.PaymentIntentCreateParams {
  const { idempotency_key: _key, may_be_forgotten: _may, ...params } = request;
  return { ...params, automatic_payment_methods: { enabled: true } };
}

/**
 * The intent that an earlier attempt has made. Stripe's search is behind by a minute, in an outage by an hour, and that
 * does no harm: what it does not show yet is younger than a day, so that Stripe still knows its key, and creating it once
 * more returns it. A list is never behind, but would go through the sales of all organizations since then.
 */
async function findIntent(stripe: Stripe, id: string): Promise<Stripe.PaymentIntent | undefined> {
  const query = `metadata['lml_payment_intent_id']:'${id}'`;
  const { data } = await stripe.paymentIntents.search({ query, limit: 1 });
  return data[0];
}
