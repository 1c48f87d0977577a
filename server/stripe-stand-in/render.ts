// Objects as replies and events show them, where that differs from how they are stored.
import { renderBalanceTransaction } from "./balance.ts";
import { listPage } from "./lists.ts";
import type { Transaction } from "./transaction.ts";
import type { Dispute, Payout, Transfer, TransferReversal } from "./types.ts";

/** The reversals of a transfer, the newest first. */
export function reversalsOf(tx: Transaction, transferId: string): TransferReversal[] {
  return tx.newestFirst("transfer_reversal").filter(({ transfer }) => transfer === transferId);
}

/** The transfer with its reversals. */
export function renderTransfer(tx: Transaction, transfer: Transfer) {
  const url = `/v1/transfers/${transfer.id}/reversals`;
  return { ...transfer, reversals: listPage(url, reversalsOf(tx, transfer.id), {}) };
}

/** The payout without the account that it belongs to, which Stripe does not show in it. */
export function renderPayout(payout: Payout): Omit<Payout, "account"> {
  const shown: Partial<Pick<Payout, "account">> & Omit<Payout, "account"> = { ...payout };
  delete shown.account;
  return shown;
}

/** The dispute with its balance transactions in full. */
export function renderDispute(tx: Transaction, dispute: Dispute) {
  const transactions = dispute.balance_transactions
    .map((id) => tx.get("balance_transaction", id))
    .filter((found) => found !== undefined);
  return {
    ...dispute,
    balance_transactions: transactions.map((found) => renderBalanceTransaction(tx, found)),
  };
}
