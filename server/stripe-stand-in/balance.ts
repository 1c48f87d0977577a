import { newId } from "./ids.ts";
import { processingFee } from "./money.ts";
import type { Transaction } from "./transaction.ts";
import type { BalanceTransaction, StoredBalanceTransaction } from "./types.ts";

const PENDING_SECONDS = 2 * 24 * 60 * 60;

/** What one opened dispute costs, whoever wins it. */
export const DISPUTE_FEE = 1_500;

/** Stripe's `type` and `reporting_category` of each kind of movement. */
const KINDS = {
  charge: ["charge", "charge"],
  dispute: ["adjustment", "dispute"],
  dispute_reversal: ["adjustment", "dispute_reversal"],
  // What a connected account gets by a transfer, and what a reversal takes from it.
  payment: ["payment", "charge"],
  payment_refund: ["payment_refund", "refund"],
  payout: ["payout", "payout"],
  payout_cancel: ["payout_cancel", "payout_reversal"],
  payout_failure: ["payout_failure", "payout_reversal"],
  refund: ["refund", "refund"],
  refund_failure: ["refund_failure", "refund_failure"],
  stripe_fee: ["stripe_fee", "fee"],
  topup: ["topup", "topup"],
  transfer: ["transfer", "transfer"],
  transfer_refund: ["transfer_refund", "transfer_reversal"],
} as const satisfies Record<string, readonly [BalanceTransaction["type"], string]>;

/** Money that comes into a balance, or leaves it with a negative amount. */
export interface Movement {
  kind: keyof typeof KINDS;
  amount: number;
  currency: string;
  description: string | null;
  source: string | null;
  /** The connected account whose balance changes; absent: the platform's own. */
  account?: string | null;
  /** When it becomes available, in seconds; absent: at once. */
  availableOn?: number;
  fee?: { amount: number; description: string };
}

/** Books a movement on its account's balance. */
export function book(tx: Transaction, movement: Movement): StoredBalanceTransaction {
  const { amount, currency, account, fee } = movement;
  const [type, category] = KINDS[movement.kind];
  return tx.put("balance_transaction", {
    ...(account == null ? {} : { account }),
    id: newId("txn"),
    object: "balance_transaction",
    amount,
    available_on: movement.availableOn ?? tx.now,
    balance_type: "payments",
    created: tx.now,
    currency,
    description: movement.description,
    exchange_rate: null,
    fee: fee?.amount ?? 0,
    fee_details:
      fee === undefined ? [] : [{ ...fee, application: null, currency, type: "stripe_fee" }],
    net: amount - (fee?.amount ?? 0),
    reporting_category: category,
    source: movement.source,
    status: "pending",
    type,
  });
}

/** Books the money of a captured charge, less the fee (see `processingFee`). */
export function bookCharge(
  tx: Transaction,
  movement: Omit<Movement, "kind">,
  availableAtOnce: boolean,
): StoredBalanceTransaction {
  return book(tx, {
    ...movement,
    kind: "charge",
    availableOn: availableAtOnce ? tx.now : tx.now + PENDING_SECONDS,
    fee: { amount: processingFee(movement.amount), description: "Stripe processing fees" },
  });
}

/** The transaction as a reply shows it: whether it is available follows from the clock. */
export function renderBalanceTransaction(
  tx: Transaction,
  stored: StoredBalanceTransaction,
): BalanceTransaction {
  const transaction = { ...stored };
  delete transaction.account;
  return { ...transaction, status: transaction.available_on <= tx.now ? "available" : "pending" };
}

/** The transactions of one balance, the newest first. */
export function transactionsOf(
  tx: Transaction,
  account: string | null,
): StoredBalanceTransaction[] {
  return tx
    .newestFirst("balance_transaction")
    .filter((transaction) => (transaction.account ?? null) === account);
}

/** What a balance holds, by currency. */
export function balanceOf(
  tx: Transaction,
  account: string | null,
): Map<string, { available: number; pending: number }> {
  const sums = new Map<string, { available: number; pending: number }>();
  for (const { available_on: on, currency, net } of transactionsOf(tx, account)) {
    const sum = sums.get(currency) ?? { available: 0, pending: 0 };
    if (on <= tx.now) sum.available += net;
    else sum.pending += net;
    sums.set(currency, sum);
  }
  return sums;
}

/** What can be transferred or paid out now. */
export function availableIn(tx: Transaction, account: string | null, currency: string): number {
  return balanceOf(tx, account).get(currency)?.available ?? 0;
}
