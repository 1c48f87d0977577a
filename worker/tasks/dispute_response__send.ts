import type Stripe from "stripe";
import { z } from "zod";
import { defineTask } from "../context.ts";
import { callStripe, type PreparedCall } from "../stripe-calls.ts";

interface Request extends PreparedCall {
  readonly dispute: string;
  readonly is_acceptance: boolean;
  readonly evidence: Stripe.DisputeUpdateParams.Evidence;
  readonly metadata: Record<string, string>;
}

/** Sends evidence to a bank, or gives a dispute up. What comes of it is told by an event. */
export const disputeResponseSend = defineTask(
  z.object({ dispute_response_id: z.uuid() }),
  async ({ dispute_response_id: id }, helpers, { stripe }) => {
    await callStripe<Request, Stripe.Dispute>(helpers, {
      purpose: "dispute_response.send",
      subjectId: id,
      prepare: "prepare_dispute_response",
      params: ({ dispute, is_acceptance, evidence }) => ({ dispute, is_acceptance, evidence }),
      send: ({ dispute, is_acceptance, evidence, metadata }, options) =>
        is_acceptance
          ? stripe.disputes.close(dispute, {}, options)
          : stripe.disputes.update(dispute, { evidence, metadata, submit: true }, options),
      find: (request) => findAnswered(stripe, request),
      record: () => ["record_dispute_response", id, "sent", null],
      recordRefusal: ({ message }) => ["record_dispute_response", id, "refused", message],
    });
  },
);

/** The dispute, if an earlier attempt has answered it. */
async function findAnswered(
  stripe: Stripe,
  { dispute: id, is_acceptance: isAcceptance, metadata }: Request,
): Promise<Stripe.Dispute | undefined> {
  const dispute = await stripe.disputes.retrieve(id);
  const isAnswered = isAcceptance
    ? dispute.status === "lost"
    : dispute.metadata["lml_dispute_response_id"] === metadata["lml_dispute_response_id"];
  return isAnswered ? dispute : undefined;
}
