import { z } from "zod";
import { book } from "./balance.ts";
import { requireCharge } from "./charges.ts";
import { blockingDispute, closeInquiriesOf } from "./disputes.ts";
import { type Endpoint, endpoint } from "./endpoint.ts";
import { invalidRequest, noSuch } from "./errors.ts";
import { expand } from "./expand.ts";
import { changeMetadata, expandable, metadata, page, positiveInteger, word } from "./fields.ts";
import { newId } from "./ids.ts";
import { listPage, matching } from "./lists.ts";
import { formatAmount, requireWholeSteps } from "./money.ts";
import { testCardBehind } from "./payment-methods.ts";
import type { Transaction } from "./transaction.ts";
import type { Charge, Refund } from "./types.ts";

function newRefund(
  charge: Charge,
  created: number,
  rest: Pick<Refund, "amount" | "balance_transaction" | "metadata" | "reason" | "status"> & {
    released: boolean;
  },
): Refund {
  return {
    id: newId("re"),
    object: "refund",
    amount: rest.amount,
    balance_transaction: rest.balance_transaction,
    charge: charge.id,
    created,
    currency: charge.currency,
    customer: charge.customer,
    customer_account: null,
    destination_details: {
      card: { type: rest.released ? "reversal" : "refund" },
      type: "card",
    },
    metadata: rest.metadata,
    payment_intent: charge.payment_intent,
    payment_method: charge.payment_method,
    reason: rest.reason,
    receipt_number: null,
    source_transfer_reversal: null,
    status: rest.status,
    transfer_reversal: null,
  };
}

/** A charge of which so much went back, or was let go. */
export function withRefunded(charge: Charge, amountRefunded: number): Charge {
  return {
    ...charge,
    amount_refunded: amountRefunded,
    refunded: amountRefunded === charge.amount,
  };
}

function put(tx: Transaction, charge: Charge, refund: Refund): Refund {
  tx.put("refund", refund);
  const changed = tx.put("charge", withRefunded(charge, charge.amount_refunded + refund.amount));
  tx.emit("refund.created", refund);
  tx.emit("charge.refunded", changed, charge);
  return refund;
}

/** Gives back what was only reserved on the card and never captured: no money moved. */
export function releaseAuthorization(tx: Transaction, charge: Charge, amount: number): Refund {
  return put(
    tx,
    charge,
    newRefund(charge, tx.now, {
      amount,
      balance_transaction: null,
      metadata: {},
      reason: null,
      released: true,
      status: "succeeded",
    }),
  );
}

function checkedAmount(charge: Charge, wanted: number | undefined): number {
  if (!charge.captured) {
    throw invalidRequest(
      `Charge ${charge.id} has not been captured. Cancel its PaymentIntent instead of refunding it.`,
      { code: "charge_not_refundable", charge: charge.id },
    );
  }
  const left = charge.amount - charge.amount_refunded;
  if (left === 0) {
    throw invalidRequest(`Charge ${charge.id} has already been refunded.`, {
      code: "charge_already_refunded",
      charge: charge.id,
    });
  }
  const amount = wanted ?? left;
  if (amount > left) {
    const [limit, name] =
      charge.amount_refunded === 0
        ? [charge.amount, "charge amount"]
        : [left, "unrefunded amount on charge"];
    // Stripe sends no code with this one, so callers cannot come to depend on it here.
    throw invalidRequest(
      `Refund amount (${formatAmount(amount, charge.currency)}) is greater than ${name} ` +
        `(${formatAmount(limit, charge.currency)})`,
      { param: "amount" },
    );
  }
  requireWholeSteps(amount, charge.currency);
  return amount;
}

/** Refunds a captured charge, never more than is left of it. */
function createRefund(
  tx: Transaction,
  charge: Charge,
  params: {
    amount: number | undefined;
    metadata: Refund["metadata"];
    reason: Refund["reason"];
  },
): Refund {
  const amount = checkedAmount(charge, params.amount);
  if (blockingDispute(tx, charge.id) !== undefined) {
    throw invalidRequest(`Charge ${charge.id} has been charged back; cannot issue a refund.`, {
      code: "charge_disputed",
      charge: charge.id,
    });
  }
  const card = testCardBehind(tx, charge.payment_method ?? "");
  const refund = newRefund(charge, tx.now, {
    amount,
    balance_transaction: null,
    metadata: params.metadata,
    reason: params.reason,
    released: false,
    status: card.refund === "pending" ? "pending" : "succeeded",
  });
  const booked = book(tx, {
    kind: "refund",
    amount: -amount,
    currency: charge.currency,
    description: charge.description,
    source: refund.id,
  });
  if (card.refund !== "succeeds") {
    tx.schedule(tx.world.settleAfterMs, {
      kind: "settle_refund",
      target: refund.id,
      outcome: card.refund === "pending" ? "succeeded" : "failed",
    });
  }
  const kept = put(tx, charge, { ...refund, balance_transaction: booked.id });
  if (charge.amount_refunded + amount === charge.amount) closeInquiriesOf(tx, charge.id);
  return kept;
}

/**
 * Brings a refund to its end. A succeeded one may still fail later, as it may in the world; the
 * money then comes back and the charge may be refunded again.
 */
export function settleRefund(
  tx: Transaction,
  id: string,
  outcome: "failed" | "succeeded",
  failureReason = "expired_or_canceled_card",
): Refund {
  const refund = requireRefund(tx, id);
  if (refund.status === outcome || refund.status === "failed") return refund;
  if (outcome === "succeeded") {
    const succeeded = tx.put("refund", { ...refund, status: "succeeded" });
    tx.emit("refund.updated", succeeded, refund);
    return succeeded;
  }
  const charge = requireCharge(tx, refund.charge);
  const booked = book(tx, {
    kind: "refund_failure",
    amount: refund.amount,
    currency: refund.currency,
    description: charge.description,
    source: refund.id,
  });
  const failed = tx.put("refund", {
    ...refund,
    failure_balance_transaction: booked.id,
    failure_reason: failureReason,
    status: "failed",
  });
  tx.put("charge", withRefunded(charge, charge.amount_refunded - refund.amount));
  tx.emit("refund.updated", failed, refund);
  tx.emit("refund.failed", failed);
  return failed;
}

function requireRefund(tx: Transaction, id: string): Refund {
  const refund = tx.get("refund", id);
  if (refund === undefined) throw noSuch("refund", id, "id");
  return refund;
}

/** The charge that a request to refund means. */
function chargeToRefund(
  tx: Transaction,
  params: { charge?: string | undefined; payment_intent?: string | undefined },
): Charge {
  if (params.charge !== undefined) return requireCharge(tx, params.charge);
  if (params.payment_intent === undefined) {
    throw invalidRequest("One of the following params should be provided: payment_intent, charge.");
  }
  const intent = tx.get("payment_intent", params.payment_intent);
  if (intent === undefined) {
    throw noSuch("payment_intent", params.payment_intent, "payment_intent");
  }
  const charge = intent.latest_charge === null ? undefined : tx.get("charge", intent.latest_charge);
  if (charge?.status !== "succeeded") {
    throw invalidRequest(
      `This PaymentIntent (${intent.id}) does not have a successful charge to refund.`,
      { param: "payment_intent" },
    );
  }
  return charge;
}

/** `POST` and `GET /v1/refunds`, `GET` and `POST /v1/refunds/:id`. */
export const refundEndpoints: readonly Endpoint[] = [
  endpoint({
    method: "POST",
    path: "/v1/refunds",
    params: z.strictObject({
      ...expandable,
      amount: positiveInteger.optional(),
      charge: word.optional(),
      metadata: metadata.optional(),
      payment_intent: word.optional(),
      reason: z.enum(["duplicate", "fraudulent", "requested_by_customer"]).optional(),
    }),
    run: ({ tx, params }) => {
      const charge = chargeToRefund(tx, params);
      if (charge.status !== "succeeded") {
        throw invalidRequest(`Charge ${charge.id} did not succeed, so it cannot be refunded.`, {
          code: "charge_not_refundable",
          charge: charge.id,
        });
      }
      const refund = createRefund(tx, charge, {
        amount: params.amount,
        metadata: changeMetadata({}, params.metadata),
        reason: params.reason ?? null,
      });
      return expand(tx, refund, params.expand);
    },
  }),
  endpoint({
    method: "GET",
    path: "/v1/refunds/:id",
    params: z.strictObject(expandable),
    run: ({ tx, id, params }) => expand(tx, requireRefund(tx, id), params.expand),
  }),
  endpoint({
    method: "POST",
    path: "/v1/refunds/:id",
    params: z.strictObject({ ...expandable, metadata: metadata.optional() }),
    run: ({ tx, id, params }) => {
      const before = requireRefund(tx, id);
      const refund = tx.put("refund", {
        ...before,
        metadata: changeMetadata(before.metadata, params.metadata),
      });
      tx.emit("refund.updated", refund, before);
      return expand(tx, refund, params.expand);
    },
  }),
  endpoint({
    method: "GET",
    path: "/v1/refunds",
    params: z.strictObject({
      ...page,
      charge: word.optional(),
      payment_intent: word.optional(),
    }),
    run: ({ tx, params }) => {
      const rows = matching(tx.newestFirst("refund"), params, "charge", "payment_intent");
      return expand(tx, listPage("/v1/refunds", rows, params), params.expand);
    },
  }),
];
