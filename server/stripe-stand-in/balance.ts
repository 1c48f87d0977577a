import { newId } from "./ids.ts";
import { processingFee } from "./money.ts";
import type { Transaction } from "./transaction.ts";
import type { BalanceTransaction } from "./types.ts";

const PENDING_SECONDS = 2 * 24 * 60 * 60;

interface Movement {
  amount: number;
  currency: string;
  description: string | null;
  source: string;
}

function record(
  tx: Transaction,
  movement: Movement,
  rest: Pick<BalanceTransaction, "available_on" | "fee" | "reporting_category" | "type">,
): BalanceTransaction {
  return tx.put("balance_transaction", {
    id: newId("txn"),
    object: "balance_transaction",
    amount: movement.amount,
    available_on: rest.available_on,
    balance_type: "payments",
    created: tx.now,
    currency: movement.currency,
    description: movement.description,
    exchange_rate: null,
    fee: rest.fee,
    fee_details:
      rest.fee === 0
        ? []
        : [
            {
              amount: rest.fee,
              application: null,
              currency: movement.currency,
              description: "Stripe processing fees",
              type: "stripe_fee",
            },
          ],
    net: movement.amount - rest.fee,
    reporting_category: rest.reporting_category,
    source: movement.source,
    status: "pending",
    type: rest.type,
  });
}

/** Books the money of a captured charge, less the fee (see `processingFee`). */
export function bookCharge(
  tx: Transaction,
  movement: Movement,
  availableAtOnce: boolean,
): BalanceTransaction {
  return record(tx, movement, {
    available_on: availableAtOnce ? tx.now : tx.now + PENDING_SECONDS,
    fee: processingFee(movement.amount),
    reporting_category: "charge",
    type: "charge",
  });
}

/** Books the money of a refund, a negative amount. The fee of the charge is not given back. */
export function bookRefund(tx: Transaction, movement: Movement): BalanceTransaction {
  return record(tx, movement, {
    available_on: tx.now,
    fee: 0,
    reporting_category: "refund",
    type: "refund",
  });
}

/** Books the money of a failed refund back, a positive amount. */
export function bookRefundFailure(tx: Transaction, movement: Movement): BalanceTransaction {
  return record(tx, movement, {
    available_on: tx.now,
    fee: 0,
    reporting_category: "refund_failure",
    type: "refund_failure",
  });
}

/** The transaction as a reply shows it: whether it is available follows from the clock. */
export function renderBalanceTransaction(
  tx: Transaction,
  transaction: BalanceTransaction,
): BalanceTransaction {
  return { ...transaction, status: transaction.available_on <= tx.now ? "available" : "pending" };
}
