import { z } from "zod";
import { callFunction, defineTask } from "../context.ts";
import { isRefusal } from "../stripe.ts";

interface Request {
  readonly amount: number;
  readonly currency: string;
  readonly description: string;
  readonly idempotency_key: string;
  readonly metadata: Record<string, string>;
}

/** Asks Stripe for the payment of a booking. The key makes a second request return the first intent. */
export const paymentIntentCreate = defineTask(
  z.object({ payment_intent_id: z.uuid() }),
  async ({ payment_intent_id: id }, helpers, { stripe }) => {
    const request = await callFunction<Request | null>(helpers, "prepare_payment_intent", id);
    if (request === null) return;
    const { idempotency_key: idempotencyKey, ...params } = request;
    try {
      const intent = await stripe.paymentIntents.create(
        { ...params, automatic_payment_methods: { enabled: true } },
        { idempotencyKey },
      );
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
