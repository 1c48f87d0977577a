import type Stripe from "stripe";
import { z } from "zod";
import { callFunction, defineTask } from "../context.ts";
import { isRefusal } from "../stripe.ts";

interface Request {
  readonly payment_intent: string;
  readonly amount: number;
  readonly idempotency_key: string;
  readonly may_be_forgotten: boolean;
  readonly metadata: Record<string, string>;
}

/** Has Stripe return money. The key makes a second request return the first refund. */
export const refundCreate = defineTask(
  z.object({ refund_id: z.uuid() }),
  async ({ refund_id: id }, helpers, { stripe }) => {
    const request = await callFunction<Request | null>(helpers, "prepare_refund", id);
    if (request === null) return;
    const {
      idempotency_key: idempotencyKey,
      may_be_forgotten: mayBeForgotten,
      ...params
    } = request;
    // Outside of what follows: a lookup that is refused says nothing about the refund.
    const found = mayBeForgotten ? await findRefund(stripe, request) : undefined;
    try {
      const refund = found ?? (await stripe.refunds.create(params, { idempotencyKey }));
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

/** The refund that an earlier attempt has made. A list is never behind, as a search is, and one payment has few. */
async function findRefund(
  stripe: Stripe,
  { payment_intent, metadata }: Request,
): Promise<Stripe.Refund | undefined> {
  for await (const refund of stripe.refunds.list({ payment_intent, limit: 100 })) {
    if (refund.metadata?.["lml_refund_id"] === metadata["lml_refund_id"]) return refund;
  }
  return undefined;
}
