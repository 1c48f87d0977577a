import type Stripe from "stripe";
import { z } from "zod";
import { defineTask } from "../context.ts";
import { callStripe, type PreparedCall } from "../stripe-calls.ts";
import { isRefusal } from "../stripe.ts";

interface Request extends PreparedCall {
  readonly stripe_payment_intent_id: string;
}

/** Cancels at Stripe what was given up here. */
export const paymentIntentCancel = defineTask(
  z.object({ payment_intent_id: z.uuid() }),
  async ({ payment_intent_id: id }, helpers, { stripe }) => {
    await callStripe<Request, Stripe.PaymentIntent>(helpers, {
      purpose: "payment_intent.cancel",
      subjectId: id,
      prepare: "prepare_payment_intent_cancel",
      params: ({ stripe_payment_intent_id: stripeId }) => ({ cancel: stripeId }),
      send: ({ stripe_payment_intent_id: stripeId }, options) => cancel(stripe, stripeId, options),
      record: ({ status }) =>
        status === "canceled" ? ["record_payment_intent_canceled", id] : null,
    });
  },
);

/** A payment that has ended at Stripe already is as good: one that was faster arrives as an event, and goes back. */
async function cancel(
  stripe: Stripe,
  stripeId: string,
  options: Stripe.RequestOptions,
): Promise<Stripe.PaymentIntent> {
  try {
    return await stripe.paymentIntents.cancel(stripeId, {}, options);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const intent = await stripe.paymentIntents.retrieve(stripeId);
    if (intent.status !== "succeeded" && intent.status !== "canceled") throw error;
    return intent;
  }
}
