import { z } from "zod";
import { renderBalanceTransaction } from "./balance.ts";
import { type Endpoint, endpoint } from "./endpoint.ts";
import { noSuch } from "./errors.ts";
import { expand } from "./expand.ts";
import { expandable, page, word } from "./fields.ts";
import { listPage } from "./lists.ts";

/** `GET /v1/balance_transactions` and `GET /v1/balance_transactions/:id`. */
export const balanceTransactionEndpoints: readonly Endpoint[] = [
  endpoint({
    method: "GET",
    path: "/v1/balance_transactions/:id",
    params: z.strictObject(expandable),
    run: ({ tx, id, params }) => {
      const transaction = tx.get("balance_transaction", id);
      if (transaction === undefined) throw noSuch("balance_transaction", id, "id");
      return expand(tx, renderBalanceTransaction(tx, transaction), params.expand);
    },
  }),
  endpoint({
    method: "GET",
    path: "/v1/balance_transactions",
    params: z.strictObject({
      ...page,
      currency: word.optional(),
      source: word.optional(),
      type: word.optional(),
    }),
    run: ({ tx, params }) => {
      const rows = tx
        .newestFirst("balance_transaction")
        .filter(
          (row) =>
            (params.currency ?? row.currency) === row.currency &&
            (params.source ?? row.source) === row.source &&
            (params.type ?? row.type) === row.type,
        )
        .map((row) => renderBalanceTransaction(tx, row));
      return expand(tx, listPage("/v1/balance_transactions", rows, params), params.expand);
    },
  }),
];
