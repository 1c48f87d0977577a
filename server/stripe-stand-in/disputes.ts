import { z } from "zod";
import { DISPUTE_FEE, book } from "./balance.ts";
import { requireCharge } from "./charges.ts";
import { type Call, type Endpoint, endpoint } from "./endpoint.ts";
import { invalidRequest, noSuch } from "./errors.ts";
import { expand } from "./expand.ts";
import { changeMetadata, expandable, flag, metadata, page, text, word } from "./fields.ts";
import { newId } from "./ids.ts";
import { listPage, matching } from "./lists.ts";
import { requireWholeSteps } from "./money.ts";
import { testCardBehind } from "./payment-methods.ts";
import { renderDispute } from "./render.ts";
import type { Transaction } from "./transaction.ts";
import type { Charge, Dispute } from "./types.ts";

const ANSWER_SECONDS = 9 * 24 * 60 * 60;

/** Stripe's words by which a test decides a dispute, in `uncategorized_text`. */
const DECIDING_EVIDENCE: Readonly<Record<string, "escalate" | "lost" | "won">> = {
  escalate_inquiry_evidence: "escalate",
  losing_evidence: "lost",
  winning_evidence: "won",
};

const EVIDENCE = [
  "access_activity_log",
  "billing_address",
  "cancellation_policy",
  "cancellation_policy_disclosure",
  "cancellation_rebuttal",
  "customer_communication",
  "customer_email_address",
  "customer_name",
  "customer_purchase_ip",
  "customer_signature",
  "duplicate_charge_documentation",
  "duplicate_charge_explanation",
  "duplicate_charge_id",
  "product_description",
  "receipt",
  "refund_policy",
  "refund_policy_disclosure",
  "refund_refusal_explanation",
  "service_date",
  "service_documentation",
  "shipping_address",
  "shipping_carrier",
  "shipping_date",
  "shipping_documentation",
  "shipping_tracking_number",
  "uncategorized_file",
  "uncategorized_text",
] as const;

type Evidence = Record<(typeof EVIDENCE)[number], string | null>;

const evidenceParams = z
  .strictObject(
    Object.fromEntries(EVIDENCE.map((name) => [name, text.optional()])) as Record<
      (typeof EVIDENCE)[number],
      z.ZodOptional<typeof text>
    >,
  )
  .optional();

/** What opens a dispute. */
export interface Opening {
  /** Default: `fraudulent`. */
  reason?: string | undefined;
  /** Default: what is left of the charge. */
  amount?: number | undefined;
  /** A bank's question, before it is a dispute: no money moves yet. */
  inquiry?: boolean | undefined;
}

function requireDispute(tx: Transaction, id: string): Dispute {
  const dispute = tx.get("dispute", id);
  if (dispute === undefined) throw noSuch("dispute", id, "dispute");
  return dispute;
}

type DisputeEvent =
  | "charge.dispute.closed"
  | "charge.dispute.funds_reinstated"
  | "charge.dispute.funds_withdrawn"
  | "charge.dispute.updated";

function replace(tx: Transaction, before: Dispute, after: Dispute, type: DisputeEvent): Dispute {
  tx.put("dispute", after);
  tx.emit(type, renderDispute(tx, after), renderDispute(tx, before));
  return after;
}

/** Takes the disputed money, and the fee, until the dispute is decided. */
function withdraw(tx: Transaction, dispute: Dispute): Dispute {
  const taken = book(tx, {
    kind: "dispute",
    amount: -dispute.amount,
    currency: dispute.currency,
    description: `Chargeback withdrawal for ${dispute.charge}`,
    source: dispute.id,
    fee: { amount: DISPUTE_FEE, description: "Dispute fee" },
  });
  const withdrawn: Dispute = {
    ...dispute,
    balance_transactions: [...dispute.balance_transactions, taken.id],
    is_charge_refundable: false,
  };
  return replace(tx, dispute, withdrawn, "charge.dispute.funds_withdrawn");
}

function newDispute(tx: Transaction, charge: Charge, opening: Opening): Dispute {
  const evidence = Object.fromEntries(EVIDENCE.map((name) => [name, null])) as unknown as Evidence;
  const inquiry = opening.inquiry === true;
  const brand = charge.payment_method_details?.card?.brand ?? "visa";
  return {
    id: newId("dp"),
    object: "dispute",
    amount: opening.amount ?? charge.amount_captured - charge.amount_refunded,
    balance_transactions: [],
    charge: charge.id,
    created: tx.now,
    currency: charge.currency,
    enhanced_eligibility_types: [],
    evidence: { ...evidence, enhanced_evidence: {} },
    evidence_details: {
      due_by: tx.now + ANSWER_SECONDS,
      enhanced_eligibility: {},
      has_evidence: false,
      past_due: false,
      submission_count: 0,
    } as Dispute["evidence_details"],
    intended_submission_method: null,
    is_charge_refundable: inquiry,
    livemode: false,
    metadata: {},
    payment_intent: charge.payment_intent,
    payment_method_details: {
      card: {
        brand,
        case_type: inquiry ? "inquiry" : "chargeback",
        network: brand,
        network_reason_code: "10.4",
      },
      type: "card",
    },
    reason: opening.reason ?? "fraudulent",
    status: inquiry ? "warning_needs_response" : "needs_response",
  };
}

/** A buyer's bank disputes a captured charge. */
export function openDispute(tx: Transaction, chargeId: string, opening: Opening = {}): Dispute {
  const charge = requireCharge(tx, chargeId);
  if (!charge.captured) throw invalidRequest(`Charge ${charge.id} has not been captured.`);
  const dispute = newDispute(tx, charge, opening);
  if (dispute.amount < 1 || dispute.amount > charge.amount_captured) {
    throw invalidRequest("A dispute's amount is at least 1 and at most the charge's.", {
      param: "amount",
    });
  }
  requireWholeSteps(dispute.amount, charge.currency);
  tx.put("dispute", dispute);
  tx.put("charge", { ...charge, disputed: true });
  tx.emit("charge.dispute.created", renderDispute(tx, dispute));
  return opening.inquiry === true ? dispute : withdraw(tx, dispute);
}

/** Opens the dispute that the charge's test card stands for, if it stands for one. */
export function openDisputeByCard(tx: Transaction, chargeId: string): void {
  const charge = requireCharge(tx, chargeId);
  const { dispute } = testCardBehind(tx, charge.payment_method ?? "");
  if (dispute !== null) openDispute(tx, chargeId, dispute);
}

/** A bank makes a real dispute of its question. */
export function escalateInquiry(tx: Transaction, id: string): Dispute {
  const inquiry = requireDispute(tx, id);
  if (!inquiry.status.startsWith("warning_")) return inquiry;
  const card = inquiry.payment_method_details?.card;
  const escalated: Dispute = {
    ...inquiry,
    ...(card === undefined
      ? {}
      : {
          payment_method_details: {
            ...inquiry.payment_method_details,
            card: { ...card, case_type: "chargeback" },
            type: "card",
          },
        }),
    status: "needs_response",
  };
  return withdraw(tx, replace(tx, inquiry, escalated, "charge.dispute.updated"));
}

/**
 * Decides a dispute. A won one gives its money back; its fee stays with Stripe unless a test says
 * otherwise. A question of a bank ends without money moving.
 */
export function closeDispute(
  tx: Transaction,
  id: string,
  outcome: "lost" | "won",
  returnFee = false,
): Dispute {
  const before = requireDispute(tx, id);
  if (["lost", "warning_closed", "won"].includes(before.status)) return before;
  if (before.status.startsWith("warning_")) {
    return replace(tx, before, { ...before, status: "warning_closed" }, "charge.dispute.closed");
  }
  if (outcome === "lost") {
    return replace(tx, before, { ...before, status: "lost" }, "charge.dispute.closed");
  }
  const back = book(tx, {
    kind: "dispute_reversal",
    amount: before.amount,
    currency: before.currency,
    description: `Chargeback reversal for ${before.charge}`,
    source: before.id,
    ...(returnFee ? { fee: { amount: -DISPUTE_FEE, description: "Dispute fee refund" } } : {}),
  });
  const won: Dispute = {
    ...before,
    balance_transactions: [...before.balance_transactions, back.id],
    status: "won",
  };
  const closed = replace(tx, before, won, "charge.dispute.closed");
  tx.emit("charge.dispute.funds_reinstated", renderDispute(tx, closed));
  return closed;
}

/** The time for an answer runs out: what nobody answered is lost. */
export function expireDispute(tx: Transaction, id: string): Dispute {
  const before = requireDispute(tx, id);
  const details = { ...before.evidence_details, past_due: true };
  tx.put("dispute", { ...before, evidence_details: details });
  return closeDispute(tx, id, "lost");
}

/** The dispute that keeps a charge from being refunded. */
export function blockingDispute(tx: Transaction, chargeId: string): Dispute | undefined {
  return tx
    .newestFirst("dispute")
    .find(
      ({ charge, is_charge_refundable: refundable, status }) =>
        charge === chargeId && !refundable && status !== "won",
    );
}

/** A full refund answers a bank's question. */
export function closeInquiriesOf(tx: Transaction, chargeId: string): void {
  for (const { id, charge, status } of tx.newestFirst("dispute")) {
    if (charge === chargeId && status.startsWith("warning_")) closeDispute(tx, id, "won");
  }
}

const updateParams = z.strictObject({
  ...expandable,
  evidence: evidenceParams,
  metadata: metadata.optional(),
  submit: flag.optional(),
});

function submitted(status: Dispute["status"]): Dispute["status"] {
  return status.startsWith("warning_") ? "warning_under_review" : "under_review";
}

/** Adds evidence and, unless `submit` is false, sends it to the bank, which happens only once. */
function update({ tx, id, params }: Call<z.output<typeof updateParams>>): object {
  const before = requireDispute(tx, id);
  const evidence = Object.fromEntries(
    Object.entries(params.evidence ?? {}).filter(([, value]) => value !== undefined),
  ) as Partial<Evidence>;
  const given = Object.keys(evidence).length > 0;
  const mayAnswer =
    before.status === "needs_response" || before.status === "warning_needs_response";
  if (given && !mayAnswer) {
    throw invalidRequest(
      `This dispute has a status of ${before.status}: no more evidence can be submitted.`,
    );
  }
  const submit = mayAnswer && given && params.submit !== false;
  const details = before.evidence_details;
  const after = replace(
    tx,
    before,
    {
      ...before,
      evidence: { ...before.evidence, ...evidence },
      evidence_details: {
        ...details,
        has_evidence: details.has_evidence || given,
        submission_count: details.submission_count + (submit ? 1 : 0),
      },
      metadata: changeMetadata(before.metadata, params.metadata),
      status: submit ? submitted(before.status) : before.status,
    },
    "charge.dispute.updated",
  );
  const decision = submit ? DECIDING_EVIDENCE[after.evidence.uncategorized_text ?? ""] : undefined;
  if (decision === "escalate") {
    return expand(tx, renderDispute(tx, escalateInquiry(tx, id)), params.expand);
  }
  if (decision !== undefined) {
    tx.schedule(tx.world.settleAfterMs, { kind: "close_dispute", target: id, outcome: decision });
  }
  return expand(tx, renderDispute(tx, after), params.expand);
}

/** Everything under `/v1/disputes`. */
export const disputeEndpoints: readonly Endpoint[] = [
  endpoint({
    method: "GET",
    path: "/v1/disputes",
    params: z.strictObject({
      ...page,
      charge: word.optional(),
      payment_intent: word.optional(),
    }),
    run: ({ tx, params }) => {
      const rows = matching(tx.newestFirst("dispute"), params, "charge", "payment_intent");
      const found = listPage("/v1/disputes", rows, params);
      const data = found.data.map((row) => renderDispute(tx, row));
      return expand(tx, { ...found, data }, params.expand);
    },
  }),
  endpoint({
    method: "GET",
    path: "/v1/disputes/:id",
    params: z.strictObject(expandable),
    run: ({ tx, id, params }) =>
      expand(tx, renderDispute(tx, requireDispute(tx, id)), params.expand),
  }),
  endpoint({ method: "POST", path: "/v1/disputes/:id", params: updateParams, run: update }),
  endpoint({
    method: "POST",
    path: "/v1/disputes/:id/close",
    params: z.strictObject(expandable),
    run: ({ tx, id, params }) => {
      const { status } = requireDispute(tx, id);
      if (status !== "needs_response" && status !== "under_review") {
        throw invalidRequest(`This dispute has a status of ${status}: it cannot be closed.`);
      }
      return expand(tx, renderDispute(tx, closeDispute(tx, id, "lost")), params.expand);
    },
  }),
];
