import type Stripe from "stripe";
import { z } from "zod";
import { defineTask } from "../context.ts";
import { callStripe, type PreparedCall } from "../stripe-calls.ts";
import { isRefusal } from "../stripe.ts";

interface Request extends PreparedCall {
  readonly stripe_payment_intent_id: string;
}

/** Charges a card that was authorized at checkout. That the money is there is told by an event, as with any payment. */
export const paymentIntentCapture = defineTask(
  z.object({ payment_intent_id: z.uuid() }),
  async ({ payment_intent_id: id }, helpers, { stripe }) => {
    await callStripe<Request, Stripe.PaymentIntent>(helpers, {
      purpose: "payment_intent.capture",
      subjectId: id,
      prepare: "prepare_payment_intent_capture",
      params: ({ stripe_payment_intent_id: stripeId }) => ({ capture: stripeId }),
      send: ({ stripe_payment_intent_id: stripeId }, options) => capture(stripe, stripeId, options),
      record: () => null,
      recordRefusal: () => ["record_payment_intent_capture_refusal", id],
    });
  },
);

/** What was captured already, by a request whose key Stripe has forgotten, is as good. */
async function capture(
  stripe: Stripe,
  stripeId: string,
  options: Stripe.RequestOptions,
): Promise<Stripe.PaymentIntent> {
  try {
    return await stripe.paymentIntents.capture(stripeId, {}, options);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const intent = await stripe.paymentIntents.retrieve(stripeId);
    if (intent.status !== "succeeded") throw error;
    return intent;
  }
}
