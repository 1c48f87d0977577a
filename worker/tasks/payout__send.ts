import type Stripe from "stripe";
import { z } from "zod";
import { defineTask } from "../context.ts";
import { callStripe, type PreparedCall } from "../stripe-calls.ts";

interface Request extends PreparedCall {
  readonly amount: number;
  readonly currency: string;
  readonly destination: string;
  readonly transfer_group: string;
  readonly metadata: Record<string, string>;
}

/** Has Stripe transfer a payout. That it is under way is committed before; the key makes it one transfer. */
export const payoutSend = defineTask(
  z.object({ payout_id: z.uuid() }),
  async ({ payout_id: id }, helpers, { stripe }) => {
    await callStripe<Request, Stripe.Transfer>(helpers, {
      purpose: "payout.send",
      subjectId: id,
      prepare: "begin_payout",
      params: paramsOf,
      send: (request, options) => stripe.transfers.create(paramsOf(request), options),
      find: (request) => findTransfer(stripe, request),
      record: (transfer) => [
        "record_transfer",
        id,
        transfer.id,
        typeof transfer.balance_transaction === "string" ? transfer.balance_transaction : null,
      ],
      recordRefusal: ({ code, type, message }) => [
        "record_transfer_failure",
        id,
        code ?? type,
        message,
      ],
    });
  },
);

function paramsOf(request: Request): Stripe.TransferCreateParams {
  const { idempotency_key: _key, may_be_forgotten: _may, ...params } = request;
  return params;
}

/** The transfer that an earlier attempt has made. A list is never behind, and a group is one payout. */
async function findTransfer(
  stripe: Stripe,
  { transfer_group, metadata }: Request,
): Promise<Stripe.Transfer | undefined> {
  for await (const transfer of stripe.transfers.list({ transfer_group, limit: 100 })) {
    if (transfer.metadata["lml_payout_id"] === metadata["lml_payout_id"]) return transfer;
  }
  return undefined;
}
