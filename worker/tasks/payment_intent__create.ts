import type Stripe from "stripe";
import { z } from "zod";
import { callFunction, defineTask } from "../context.ts";
import { cardParams } from "../payment-choices.ts";
import { isRefusal } from "../stripe.ts";

interface Request {
  readonly amount: number;
  readonly currency: string;
  readonly description: string;
  readonly idempotency_key: string;
  readonly may_be_forgotten: boolean;
  readonly metadata: Record<string, string>;
}

/** Asks Stripe for the payment of a booking. The key makes a second request return the first intent. */
export const paymentIntentCreate = defineTask(
  z.object({ payment_intent_id: z.uuid() }),
  async ({ payment_intent_id: id }, helpers, { stripe }) => {
    const request = await callFunction<Request | null>(helpers, "prepare_payment_intent", id);
    if (request === null) return;
    const {
      idempotency_key: idempotencyKey,
      may_be_forgotten: mayBeForgotten,
      ...params
    } = request;
    // Outside of what follows: a lookup that is refused says nothing about the payment.
    const found = mayBeForgotten ? await findIntent(stripe, id) : undefined;
    const card = found === undefined ? await cardParams(helpers, stripe, id) : {};
    try {
      const intent =
        found ??
        (await stripe.paymentIntents.create(
          { ...params, ...card, automatic_payment_methods: { enabled: true } },
          { idempotencyKey },
        ));
      await callFunction(
        helpers,
        "record_payment_intent",
        id,
        intent.id,
        intent.client_secret,
        intent.status,
      );
    } catch (error) {
      if (!isRefusal(error)) throw error;
      await callFunction(
        helpers,
        "record_payment_intent_failure",
        id,
        error.code ?? error.type,
        error.message,
      );
    }
  },
);

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
