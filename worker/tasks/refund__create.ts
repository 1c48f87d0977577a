import { z } from "zod";
import { callFunction, defineTask } from "../context.ts";
import { isRefusal } from "../stripe.ts";

interface Request {
  readonly payment_intent: string;
  readonly amount: number;
  readonly idempotency_key: string;
  readonly metadata: Record<string, string>;
}

/** Has Stripe return money. The key makes a second request return the first refund. */
export const refundCreate = defineTask(
  z.object({ refund_id: z.uuid() }),
  async ({ refund_id: id }, helpers, { stripe }) => {
    const request = await callFunction<Request | null>(helpers, "prepare_refund", id);
    if (request === null) return;
    const { idempotency_key: idempotencyKey, ...params } = request;
    try {
      const refund = await stripe.refunds.create(params, { idempotencyKey });
      await callFunction(
        helpers,
        "record_refund",
        id,
        refund.id,
        refund.status,
        refund.failure_reason ?? null,
      );
    } catch (error) {
      if (!isRefusal(error)) throw error;
      await callFunction(helpers, "record_refund", id, null, "failed", error.message);
    }
  },
);
