import type Stripe from "stripe";
import { z } from "zod";
import { defineTask } from "../context.ts";
import { callStripe, type PreparedCall } from "../stripe-calls.ts";

interface Request extends PreparedCall {
  readonly transfer: string;
  readonly amount: number;
  readonly metadata: Record<string, string>;
}

/** Has Stripe take back a payout, or a part of it. */
export const payoutReversalCreate = defineTask(
  z.object({ payout_reversal_id: z.uuid() }),
  async ({ payout_reversal_id: id }, helpers, { stripe }) => {
    await callStripe<Request, Stripe.TransferReversal>(helpers, {
      purpose: "payout_reversal.create",
      subjectId: id,
      prepare: "prepare_payout_reversal",
      params: ({ transfer, amount, metadata }) => ({ transfer, amount, metadata }),
      send: ({ transfer, amount, metadata }, options) =>
        stripe.transfers.createReversal(transfer, { amount, metadata }, options),
      find: (request) => findReversal(stripe, request),
      record: (reversal) => [
        "record_payout_reversal",
        id,
        reversal.id,
        typeof reversal.balance_transaction === "string" ? reversal.balance_transaction : null,
        null,
      ],
      recordRefusal: ({ message }) => ["record_payout_reversal", id, null, null, message],
    });
  },
);

async function findReversal(
  stripe: Stripe,
  { transfer, metadata }: Request,
): Promise<Stripe.TransferReversal | undefined> {
  for await (const reversal of stripe.transfers.listReversals(transfer, { limit: 100 })) {
    const id = reversal.metadata?.["lml_payout_reversal_id"];
    if (id === metadata["lml_payout_reversal_id"]) return reversal;
  }
  return undefined;
}
