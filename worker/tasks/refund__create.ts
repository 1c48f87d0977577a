import type Stripe from "stripe";
import { z } from "zod";
import { defineTask } from "../context.ts";
import { callStripe, type PreparedCall } from "../stripe-calls.ts";

interface Request extends PreparedCall {
  readonly payment_intent: string;
  readonly amount: number;
  readonly metadata: Record<string, string>;
}

/** Has Stripe return money. The key makes a second request return the first refund. */
export const refundCreate = defineTask(
  z.object({ refund_id: z.uuid() }),
  async ({ refund_id: id }, helpers, { stripe }) => {
    await callStripe<Request, Stripe.Refund>(helpers, {
      purpose: "refund.create",
      subjectId: id,
      prepare: "prepare_refund",
      params: paramsOf,
      send: (request, options) => stripe.refunds.create(paramsOf(request), options),
      find: (request) => findRefund(stripe, request),
      record: (refund) => [
        "record_refund",
        id,
        refund.id,
        refund.status,
        refund.failure_reason ?? null,
      ],
      recordRefusal: ({ message }) => ["record_refund", id, null, "failed", message],
    });
  },
);

function paramsOf(request: Request): Stripe.RefundCreateParams {
  const { idempotency_key: _key, may_be_forgotten: _may, ...params } = request;
  return params;
}

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
