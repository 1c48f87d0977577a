import type Stripe from "stripe";
import { z } from "zod";
import { defineTask } from "../context.ts";
import { callStripe, type PreparedCall } from "../stripe-calls.ts";

interface Request extends PreparedCall {
  readonly stripe_payment_intent_id: string;
  readonly change_no: number;
  readonly amount: number;
}

/** Tells Stripe that something else is to be paid. What Stripe does not change any more is given up for a new intent. */
export const paymentIntentUpdate = defineTask(
  z.object({ payment_intent_id: z.uuid() }),
  async ({ payment_intent_id: id }, helpers, { stripe }) => {
    let changeNo = 0;
    await callStripe<Request, Stripe.PaymentIntent>(helpers, {
      purpose: "payment_intent.update",
      subjectId: id,
      prepare: "prepare_payment_intent_update",
      params: ({ stripe_payment_intent_id: stripeId, amount }) => ({ update: stripeId, amount }),
      send: async (request, options) => {
        const { stripe_payment_intent_id: stripeId, change_no, amount } = request;
        changeNo = change_no;
        return await stripe.paymentIntents.update(stripeId, { amount }, options);
      },
      record: () => ["record_payment_intent_update", id, changeNo],
      recordRefusal: () => ["record_payment_intent_update_refusal", id, changeNo],
    });
  },
);
