import type Stripe from "stripe";
import { z } from "zod";
import { defineTask } from "../context.ts";
import { isRefusal } from "../stripe.ts";
import { callStripe, type PreparedCall } from "../stripe-calls.ts";

interface Request extends PreparedCall {
  readonly payment_method: string;
}

/** Has Stripe forget a card that its user has removed. */
export const paymentMethodDetach = defineTask(
  z.object({ payment_method_id: z.uuid() }),
  async ({ payment_method_id: id }, helpers, { stripe }) => {
    await callStripe<Request, Stripe.PaymentMethod>(helpers, {
      purpose: "payment_method.detach",
      subjectId: id,
      prepare: "prepare_payment_method_detach",
      params: ({ payment_method }) => ({ payment_method }),
      send: (request, options) => detach(stripe, request.payment_method, options),
      record: () => ["record_payment_method_detached", id],
    });
  },
);

/** Stripe refuses what it has forgotten already, which an earlier attempt may have brought about. */
async function detach(
  stripe: Stripe,
  method: string,
  options: Stripe.RequestOptions,
): Promise<Stripe.PaymentMethod> {
  try {
    return await stripe.paymentMethods.detach(method, {}, options);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const known = await stripe.paymentMethods.retrieve(method);
    if (known.customer !== null) throw error;
    return known;
  }
}
