import { z } from "zod";
import { isConnected } from "./accounts.ts";
import { availableIn, book } from "./balance.ts";
import { requireCharge } from "./charges.ts";
import { type Call, type Endpoint, endpoint } from "./endpoint.ts";
import { invalidRequest, noSuch } from "./errors.ts";
import { expand } from "./expand.ts";
import {
  changeMetadata,
  expandable,
  metadata,
  page,
  positiveInteger,
  sent,
  text,
  word,
} from "./fields.ts";
import { newId } from "./ids.ts";
import { listPage, matching } from "./lists.ts";
import {
  formatAmount,
  requireAmountWithinMax,
  requireCurrency,
  requireWholeSteps,
} from "./money.ts";
import { renderTransfer, reversalsOf } from "./render.ts";
import type { Transaction } from "./transaction.ts";
import type { Transfer, TransferReversal } from "./types.ts";

function requireTransfer(tx: Transaction, id: string): Transfer {
  const transfer = tx.get("transfer", id);
  if (transfer === undefined) throw noSuch("transfer", id, "id");
  return transfer;
}

/** Refuses an account that cannot take money. */
function requireDestination(tx: Transaction, id: string): void {
  const account = tx.get("account", id);
  if (account === undefined || !isConnected(tx, id)) throw noSuch("destination", id, "destination");
  if (account.capabilities?.transfers === "active") return;
  throw invalidRequest(
    "Your destination account needs to have at least one of the following capabilities enabled: " +
      "transfers, crypto_transfers, legacy_payments",
    { code: "insufficient_capabilities_for_transfer" },
  );
}

/** When the money of the charge is there; refuses more than the charge has left. */
function checkSource(
  tx: Transaction,
  chargeId: string,
  amount: number | undefined,
  currency: string,
): { amount: number; availableOn: number } {
  const charge = requireCharge(tx, chargeId, "source_transaction");
  const booked = tx.get("balance_transaction", charge.balance_transaction ?? "");
  if (booked === undefined) {
    throw invalidRequest(`Charge ${charge.id} has not been captured.`, {
      param: "source_transaction",
    });
  }
  if (currency !== charge.currency) {
    throw invalidRequest(
      `The currency of source_transaction's balance transaction (${charge.currency}) must be the ` +
        `same as the transfer currency (${currency})`,
      { param: "source_transaction" },
    );
  }
  const before = tx
    .newestFirst("transfer")
    .filter(({ source_transaction: source }) => source === charge.id)
    .reduce((sum, transfer) => sum + transfer.amount, 0);
  const wanted = amount ?? charge.amount_captured - before;
  if (before + wanted > charge.amount_captured) {
    throw invalidRequest(
      "Transfers using this transaction as a source must not exceed the source amount of " +
        `${formatAmount(charge.amount_captured, currency)}. (There is already an existing transfer ` +
        `using this source, amounting to a total of ${formatAmount(before, currency)}.)`,
      { param: "amount" },
    );
  }
  return { amount: wanted, availableOn: booked.available_on };
}

const createParams = z.strictObject({
  ...expandable,
  amount: positiveInteger.optional(),
  currency: word,
  description: text.optional(),
  destination: word,
  metadata: metadata.optional(),
  source_transaction: word.optional(),
  source_type: z.enum(["bank_account", "card", "fpx"]).optional(),
  transfer_group: text.optional(),
});

/** Moves money of the platform's balance to a connected account's. */
function create({ tx, params }: Call<z.output<typeof createParams>>): object {
  const currency = requireCurrency(params.currency);
  requireDestination(tx, params.destination);
  const source =
    params.source_transaction === undefined
      ? undefined
      : checkSource(tx, params.source_transaction, params.amount, currency);
  const amount = source?.amount ?? params.amount;
  if (amount === undefined) {
    throw invalidRequest("Missing required param: amount.", {
      code: "parameter_missing",
      param: "amount",
    });
  }
  requireWholeSteps(amount, currency);
  requireAmountWithinMax(amount, currency);
  if (source === undefined && availableIn(tx, null, currency) < amount) {
    throw invalidRequest(
      "You have insufficient available funds in your Stripe account. Try adding funds directly to " +
        "your available balance by creating Charges using the 4000000000000077 test card. You can " +
        "use the /v1/balance endpoint to view your Stripe balance.",
      { code: "balance_insufficient" },
    );
  }
  const id = newId("tr");
  const payment = newId("py");
  const description = params.description ?? null;
  const availableOn = source?.availableOn ?? tx.now;
  const movement = { currency, description, availableOn };
  const taken = book(tx, { ...movement, kind: "transfer", amount: -amount, source: id });
  book(tx, {
    ...movement,
    kind: "payment",
    amount,
    source: payment,
    account: params.destination,
  });
  const transfer = tx.put("transfer", {
    id,
    object: "transfer",
    amount,
    amount_reversed: 0,
    balance_transaction: taken.id,
    created: tx.now,
    currency,
    description,
    destination: params.destination,
    destination_payment: payment,
    livemode: false,
    metadata: changeMetadata({}, params.metadata),
    reversed: false,
    source_transaction: params.source_transaction ?? null,
    source_type: params.source_type ?? "card",
    transfer_group: params.transfer_group ?? null,
  });
  const rendered = renderTransfer(tx, transfer);
  tx.emit("transfer.created", rendered);
  return expand(tx, rendered, params.expand);
}

const reverseParams = z.strictObject({
  ...expandable,
  amount: positiveInteger.optional(),
  description: text.optional(),
  metadata: metadata.optional(),
});

function checkedReversal(tx: Transaction, transfer: Transfer, wanted: number | undefined): number {
  const left = transfer.amount - transfer.amount_reversed;
  if (left === 0) {
    throw invalidRequest(`Transfer ${transfer.id} is already fully reversed.`, { param: "id" });
  }
  const amount = wanted ?? left;
  if (amount > left) {
    throw invalidRequest(
      `Reversal amount (${formatAmount(amount, transfer.currency)}) is greater than unreversed ` +
        `amount on transfer (${formatAmount(left, transfer.currency)})`,
      { param: "amount" },
    );
  }
  requireWholeSteps(amount, transfer.currency);
  const source = tx.get("balance_transaction", transfer.balance_transaction ?? "");
  const isPending = source !== undefined && source.available_on > tx.now;
  if (!isPending && availableIn(tx, transfer.destination, transfer.currency) < amount) {
    throw invalidRequest(
      "Insufficient funds in the connected account's Stripe balance to reverse this transfer.",
      { code: "balance_insufficient" },
    );
  }
  return amount;
}

/** Takes a transfer back, wholly or in part, never more than the connected account has. */
function reverse({ tx, id, params }: Call<z.output<typeof reverseParams>>): object {
  const before = requireTransfer(tx, id);
  const amount = checkedReversal(tx, before, params.amount);
  const { currency } = before;
  const description = params.description ?? null;
  const reversalId = newId("trr");
  const refundId = newId("pyr");
  const availableOn = Math.max(
    tx.now,
    tx.get("balance_transaction", before.balance_transaction ?? "")?.available_on ?? 0,
  );
  const movement = { currency, description, availableOn };
  const back = book(tx, { ...movement, kind: "transfer_refund", amount, source: reversalId });
  book(tx, {
    ...movement,
    kind: "payment_refund",
    amount: -amount,
    source: refundId,
    account: before.destination,
  });
  const reversal = tx.put("transfer_reversal", {
    id: reversalId,
    object: "transfer_reversal",
    amount,
    balance_transaction: back.id,
    created: tx.now,
    currency,
    destination_payment_refund: refundId,
    metadata: changeMetadata({}, params.metadata),
    source_refund: null,
    transfer: id,
  });
  const reversed = before.amount_reversed + amount;
  const shown = renderTransfer(tx, before);
  const after = renderTransfer(
    tx,
    tx.put("transfer", {
      ...before,
      amount_reversed: reversed,
      reversed: reversed === before.amount,
    }),
  );
  tx.emit("transfer.reversed", after, shown);
  return expand(tx, reversal, params.expand);
}

function requireReversal(tx: Transaction, transferId: string, id: string): TransferReversal {
  const reversal = tx.get("transfer_reversal", id);
  if (reversal?.transfer !== transferId) throw noSuch("transfer reversal", id, "id");
  return reversal;
}

/** Everything under `/v1/transfers`. */
export const transferEndpoints: readonly Endpoint[] = [
  endpoint({ method: "POST", path: "/v1/transfers", params: createParams, run: create }),
  endpoint({
    method: "GET",
    path: "/v1/transfers",
    params: z.strictObject({
      ...page,
      destination: word.optional(),
      transfer_group: word.optional(),
    }),
    run: ({ tx, params }) => {
      const rows = matching(tx.newestFirst("transfer"), params, "destination", "transfer_group");
      const found = listPage("/v1/transfers", rows, params);
      const data = found.data.map((row) => renderTransfer(tx, row));
      return expand(tx, { ...found, data }, params.expand);
    },
  }),
  endpoint({
    method: "GET",
    path: "/v1/transfers/:id",
    params: z.strictObject(expandable),
    run: ({ tx, id, params }) =>
      expand(tx, renderTransfer(tx, requireTransfer(tx, id)), params.expand),
  }),
  endpoint({
    method: "POST",
    path: "/v1/transfers/:id",
    params: z.strictObject({
      ...expandable,
      description: text.optional(),
      metadata: metadata.optional(),
    }),
    run: ({ tx, id, params }) => {
      const before = requireTransfer(tx, id);
      const transfer = tx.put("transfer", {
        ...before,
        ...sent(params, "description"),
        metadata: changeMetadata(before.metadata, params.metadata),
      });
      const rendered = renderTransfer(tx, transfer);
      tx.emit("transfer.updated", rendered, renderTransfer(tx, before));
      return expand(tx, rendered, params.expand);
    },
  }),
  endpoint({
    method: "POST",
    path: "/v1/transfers/:id/reversals",
    params: reverseParams,
    run: reverse,
  }),
  endpoint({
    method: "GET",
    path: "/v1/transfers/:id/reversals",
    params: z.strictObject(page),
    run: ({ tx, id, params }) => {
      const { id: transferId } = requireTransfer(tx, id);
      const url = `/v1/transfers/${transferId}/reversals`;
      return expand(tx, listPage(url, reversalsOf(tx, transferId), params), params.expand);
    },
  }),
  endpoint({
    method: "GET",
    path: "/v1/transfers/:id/reversals/:inner",
    params: z.strictObject(expandable),
    run: ({ tx, id, inner, params }) => expand(tx, requireReversal(tx, id, inner), params.expand),
  }),
];
