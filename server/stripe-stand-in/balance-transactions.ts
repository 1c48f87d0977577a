import { z } from "zod";
import { balanceOf, renderBalanceTransaction, transactionsOf } from "./balance.ts";
import { type Endpoint, endpoint } from "./endpoint.ts";
import { noSuch } from "./errors.ts";
import { expand } from "./expand.ts";
import { expandable, page, word } from "./fields.ts";
import { listPage } from "./lists.ts";

/** `GET /v1/balance`, `GET /v1/balance_transactions` and `GET /v1/balance_transactions/:id`. */
export const balanceTransactionEndpoints: readonly Endpoint[] = [
  endpoint({
    method: "GET",
    path: "/v1/balance",
    onAccounts: true,
    params: z.strictObject(expandable),
    run: ({ tx, account }) => {
      const sums = [...balanceOf(tx, account)];
      const amounts = (which: "available" | "pending") =>
        (sums.length === 0 ? [["usd", { available: 0, pending: 0 }] as const] : sums).map(
          ([currency, sum]) => ({
            amount: sum[which],
            currency,
            source_types: { card: sum[which] },
          }),
        );
      return {
        object: "balance",
        available: amounts("available"),
        connect_reserved: amounts("available").map(({ currency }) => ({ amount: 0, currency })),
        livemode: false,
        pending: amounts("pending"),
      };
    },
  }),
  endpoint({
    method: "GET",
    path: "/v1/balance_transactions/:id",
    onAccounts: true,
    params: z.strictObject(expandable),
    run: ({ tx, id, params, account }) => {
      const transaction = tx.get("balance_transaction", id);
      if (transaction === undefined || (transaction.account ?? null) !== account) {
        throw noSuch("balance_transaction", id, "id");
      }
      return expand(tx, renderBalanceTransaction(tx, transaction), params.expand);
    },
  }),
  endpoint({
    method: "GET",
    path: "/v1/balance_transactions",
    onAccounts: true,
    params: z.strictObject({
      ...page,
      currency: word.optional(),
      payout: word.optional(),
      source: word.optional(),
      type: word.optional(),
    }),
    run: ({ tx, params, account }) => {
      const rows = transactionsOf(tx, account)
        .filter(
          (row) =>
            (params.currency ?? row.currency) === row.currency &&
            // Payouts that were asked for, the only ones here, name no transactions but their own.
            (params.payout ?? row.source) === row.source &&
            (params.source ?? row.source) === row.source &&
            (params.type ?? row.type) === row.type,
        )
        .map((row) => renderBalanceTransaction(tx, row));
      return expand(tx, listPage("/v1/balance_transactions", rows, params), params.expand);
    },
  }),
];
