import { z } from "zod";
import { callFunction, defineTask } from "../context.ts";
import { isRefusal } from "../stripe.ts";

interface Request {
  readonly stripe_payment_intent_id: string;
  readonly idempotency_key: string;
}

/** Cancels at Stripe what was given up here. */
export const paymentIntentCancel = defineTask(
  z.object({ payment_intent_id: z.uuid() }),
  async ({ payment_intent_id: id }, helpers, { stripe }) => {
    const request = await callFunction<Request | null>(
      helpers,
      "prepare_payment_intent_cancel",
      id,
    );
    if (request === null) return;
    const { stripe_payment_intent_id: stripeId, idempotency_key: idempotencyKey } = request;
    try {
      await stripe.paymentIntents.cancel(stripeId, {}, { idempotencyKey });
    } catch (error) {
      if (!isRefusal(error)) throw error;
      // It has ended at Stripe already. A payment that was faster arrives as an event of its own, and goes back.
      const { status } = await stripe.paymentIntents.retrieve(stripeId);
      if (status === "succeeded") return;
      if (status !== "canceled") throw error;
    }
    await callFunction(helpers, "record_payment_intent_canceled", id);
  },
);
