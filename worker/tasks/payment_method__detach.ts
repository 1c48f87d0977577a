import { z } from "zod";
import { callFunction, defineTask } from "../context.ts";
import { isRefusal } from "../stripe.ts";

interface Request {
  readonly payment_method: string;
  readonly idempotency_key: string;
}

/** Has Stripe forget a card that its user has removed. */
export const paymentMethodDetach = defineTask(
  z.object({ payment_method_id: z.uuid() }),
  async ({ payment_method_id: id }, helpers, { stripe }) => {
    const request = await callFunction<Request | null>(
      helpers,
      "prepare_payment_method_detach",
      id,
    );
    if (request === null) return;
    const { payment_method: method, idempotency_key: idempotencyKey } = request;
    try {
      await stripe.paymentMethods.detach(method, {}, { idempotencyKey });
    } catch (error) {
      if (!isRefusal(error)) throw error;
      // Stripe has forgotten it already, which an earlier attempt may have brought about.
      const { customer } = await stripe.paymentMethods.retrieve(method);
      if (customer !== null) throw error;
    }
    await callFunction(helpers, "record_payment_method_detached", id);
  },
);
