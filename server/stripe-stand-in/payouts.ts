import { z } from "zod";
import { requireAccount } from "./accounts.ts";
import { availableIn, book } from "./balance.ts";
import { type Call, type Endpoint, endpoint } from "./endpoint.ts";
import { invalidRequest, noSuch } from "./errors.ts";
import { expand } from "./expand.ts";
import {
  changeMetadata,
  expandable,
  metadata,
  page,
  positiveInteger,
  text,
  word,
} from "./fields.ts";
import { newId } from "./ids.ts";
import { listPage, matching } from "./lists.ts";
import { requireCurrency } from "./money.ts";
import { renderPayout } from "./render.ts";
import type { Transaction } from "./transaction.ts";
import type { EventType, Payout } from "./types.ts";

const ARRIVES_AFTER_SECONDS = 2 * 24 * 60 * 60;

/** Stripe's words for what a bank answers. */
const FAILURES: Readonly<Record<string, string>> = {
  account_closed: "The bank account has been closed.",
  could_not_process: "The bank could not process this payout.",
  debit_not_authorized: "Debit transactions are not approved on your bank account.",
  insufficient_funds: "Your Stripe account has insufficient funds to cover the payout.",
  invalid_currency:
    "The bank was unable to process this payout because of its currency. This is probably " +
    "because the bank account cannot accept payments in that currency.",
  no_account:
    "The bank account details on file are probably incorrect. No bank account could be located with those details.",
};

function requirePayout(tx: Transaction, id: string, account?: string | null): Payout {
  const payout = tx.get("payout", id);
  if (payout === undefined || (account !== undefined && payout.account !== account)) {
    throw noSuch("payout", id, "id");
  }
  return payout;
}

function replace(tx: Transaction, before: Payout, after: Payout, type: EventType): Payout {
  tx.put("payout", after);
  tx.emit(type, renderPayout(after), renderPayout(before), after.account);
  return after;
}

const createParams = z.strictObject({
  ...expandable,
  amount: positiveInteger,
  currency: word,
  description: text.optional(),
  destination: word.optional(),
  metadata: metadata.optional(),
  method: z.enum(["instant", "standard"]).optional(),
  source_type: z.enum(["bank_account", "card", "fpx"]).optional(),
  statement_descriptor: text.optional(),
});

/** The bank account that takes the money; the platform's own is always there. */
function destinationOf(tx: Transaction, account: string | null, wanted?: string): string {
  if (account === null) return "ba_stand_in_platform";
  const connected = requireAccount(tx, account);
  const bank = connected.external_accounts.data[0];
  if (bank === undefined || (wanted !== undefined && bank.id !== wanted)) {
    throw invalidRequest("Sorry, you don't have any external accounts in that currency.", {
      code: "no_account",
    });
  }
  if (!connected.payouts_enabled) {
    throw invalidRequest(
      "Payouts are not enabled for this account: it has to meet its requirements first.",
      { code: "payouts_not_allowed" },
    );
  }
  return bank.id;
}

/** Sends available money of a balance to its bank account. */
function create({ tx, params, account }: Call<z.output<typeof createParams>>): object {
  const currency = requireCurrency(params.currency);
  const destination = destinationOf(tx, account, params.destination);
  if (availableIn(tx, account, currency) < params.amount) {
    throw invalidRequest(
      "You have insufficient funds in your Stripe account for this transfer. Your card balance is " +
        "too low. You can use the /v1/balance endpoint to view your Stripe balance.",
      { code: "balance_insufficient" },
    );
  }
  const id = newId("po");
  const taken = book(tx, {
    kind: "payout",
    amount: -params.amount,
    currency,
    description: params.description ?? "STRIPE PAYOUT",
    source: id,
    account,
  });
  const payout = tx.put("payout", {
    account,
    id,
    object: "payout",
    amount: params.amount,
    application_fee: null,
    application_fee_amount: null,
    arrival_date: tx.now + ARRIVES_AFTER_SECONDS,
    automatic: false,
    balance_transaction: taken.id,
    created: tx.now,
    currency,
    description: params.description ?? null,
    destination,
    failure_balance_transaction: null,
    failure_code: null,
    failure_message: null,
    livemode: false,
    metadata: changeMetadata({}, params.metadata),
    method: params.method ?? "standard",
    original_payout: null,
    payout_method: null,
    reconciliation_status: "not_applicable",
    reversed_by: null,
    source_type: params.source_type ?? "card",
    statement_descriptor: params.statement_descriptor ?? null,
    status: "pending",
    trace_id: null,
    type: "bank_account",
  });
  tx.emit("payout.created", renderPayout(payout), undefined, account);
  tx.schedule(tx.world.settleAfterMs, { kind: "settle_payout", target: id, outcome: "by_card" });
  return expand(tx, renderPayout(payout), params.expand);
}

function giveBack(tx: Transaction, payout: Payout, kind: "payout_cancel" | "payout_failure") {
  return book(tx, {
    kind,
    amount: payout.amount,
    currency: payout.currency,
    description: payout.description,
    source: payout.id,
    account: payout.account,
  }).id;
}

function failureOf(tx: Transaction, payout: Payout): string | null {
  return tx.get("used_test_bank", payout.destination ?? "")?.failure ?? null;
}

/**
 * Brings a payout to its end: as its bank account says, or as a test says. A paid one may still
 * fail, as a bank may send money back days later.
 */
export function settlePayout(
  tx: Transaction,
  id: string,
  outcome: "by_card" | "failed" | "succeeded",
  failureCode?: string,
): Payout {
  const payout = requirePayout(tx, id);
  if (payout.status === "failed" || payout.status === "canceled") return payout;
  const failure =
    outcome === "succeeded"
      ? null
      : (failureCode ??
        failureOf(tx, payout) ??
        (outcome === "failed" ? "could_not_process" : null));
  if (failure === null) {
    if (payout.status === "paid") return payout;
    return replace(tx, payout, { ...payout, status: "paid" }, "payout.paid");
  }
  const failed: Payout = {
    ...payout,
    failure_balance_transaction: giveBack(tx, payout, "payout_failure"),
    failure_code: failure,
    failure_message: FAILURES[failure] ?? "The payout failed.",
    status: "failed",
  };
  return replace(tx, payout, failed, "payout.failed");
}

/** Everything under `/v1/payouts`. */
export const payoutEndpoints: readonly Endpoint[] = [
  endpoint({
    method: "POST",
    path: "/v1/payouts",
    onAccounts: true,
    params: createParams,
    run: create,
  }),
  endpoint({
    method: "GET",
    path: "/v1/payouts",
    onAccounts: true,
    params: z.strictObject({
      ...page,
      destination: word.optional(),
      status: z.enum(["canceled", "failed", "in_transit", "paid", "pending"]).optional(),
    }),
    run: ({ tx, params, account }) => {
      const own = tx.newestFirst("payout").filter((row) => row.account === account);
      const rows = matching(own, params, "destination", "status").map(renderPayout);
      return expand(tx, listPage("/v1/payouts", rows, params), params.expand);
    },
  }),
  endpoint({
    method: "GET",
    path: "/v1/payouts/:id",
    onAccounts: true,
    params: z.strictObject(expandable),
    run: ({ tx, id, params, account }) =>
      expand(tx, renderPayout(requirePayout(tx, id, account)), params.expand),
  }),
  endpoint({
    method: "POST",
    path: "/v1/payouts/:id",
    onAccounts: true,
    params: z.strictObject({ ...expandable, metadata: metadata.optional() }),
    run: ({ tx, id, params, account }) => {
      const before = requirePayout(tx, id, account);
      const after = {
        ...before,
        metadata: changeMetadata(before.metadata, params.metadata),
      };
      return expand(tx, renderPayout(replace(tx, before, after, "payout.updated")), params.expand);
    },
  }),
  endpoint({
    method: "POST",
    path: "/v1/payouts/:id/cancel",
    onAccounts: true,
    params: z.strictObject(expandable),
    run: ({ tx, id, params, account }) => {
      const before = requirePayout(tx, id, account);
      if (before.status !== "pending") {
        throw invalidRequest(
          `Payouts can only be canceled while they are pending; this one is ${before.status}.`,
        );
      }
      const canceled: Payout = {
        ...before,
        failure_balance_transaction: giveBack(tx, before, "payout_cancel"),
        status: "canceled",
      };
      const after = replace(tx, before, canceled, "payout.canceled");
      return expand(tx, renderPayout(after), params.expand);
    },
  }),
];
