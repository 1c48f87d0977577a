import { z } from "zod";
import { changedAccount } from "./account-changes.ts";
import { changeParams, createParams } from "./account-params.ts";
import { withDue } from "./account-requirements.ts";
import { withBank } from "./bank-accounts.ts";
import { type Endpoint, endpoint } from "./endpoint.ts";
import { StripeApiError } from "./errors.ts";
import { expand } from "./expand.ts";
import { expandable, list, page, word } from "./fields.ts";
import { listPage } from "./lists.ts";
import { newAccount } from "./new-account.ts";
import type { Transaction } from "./transaction.ts";
import type { Account } from "./types.ts";

function replace(tx: Transaction, before: Account, after: Account): Account {
  tx.put("account", after);
  tx.emit("account.updated", after, before, after.id);
  return after;
}

/** Whether a call may be made in the name of the account: it exists and has not left. */
export function isConnected(tx: Transaction, id: string): boolean {
  return tx.get("account", id) !== undefined && tx.get("deauthorization", id) === undefined;
}

/** 403: Stripe's words for an account that does not exist or has left. */
export function noAccess(id: string): StripeApiError {
  return new StripeApiError(403, {
    type: "invalid_request_error",
    code: "account_invalid",
    message:
      `The provided key does not have access to account '${id}' (or that account does not ` +
      "exist). Application access may have been revoked.",
  });
}

/** The connected account with this id. */
export function requireAccount(tx: Transaction, id: string): Account {
  const account = tx.get("account", id);
  if (account === undefined || !isConnected(tx, id)) throw noAccess(id);
  return account;
}

/** Ends an onboarding as its outcome says; what comes of it is told by `account.updated`. */
export function onboard(
  tx: Transaction,
  id: string,
  outcome: "complete" | "incomplete" | "later",
): Account {
  const before = requireAccount(tx, id);
  if (outcome === "later") return before;
  const banked =
    before.external_accounts.data.length > 0 ? before : withBank(tx, before, "btok_us_verified");
  const submitted: Account = {
    ...banked,
    details_submitted: true,
    tos_acceptance: { date: tx.now, ip: "127.0.0.1", user_agent: null },
  };
  const due = outcome === "complete" ? [] : ["individual.verification.document"];
  return replace(tx, before, withDue(submitted, due));
}

/** Lets Stripe ask an account for more; with nothing to ask, it is in good standing again. */
export function restrict(
  tx: Transaction,
  id: string,
  due: readonly string[],
  reason?: string,
): Account {
  const before = requireAccount(tx, id);
  return replace(tx, before, withDue(before, due, reason));
}

/** An account takes back the permission that it gave the platform. */
export function deauthorize(tx: Transaction, id: string): void {
  const account = requireAccount(tx, id);
  tx.put("deauthorization", { id });
  const application = { id: "ca_stand_in", object: "application", name: "Stripe stand-in" };
  tx.emit("account.application.deauthorized", application, undefined, account.id);
}

/** Everything under `/v1/accounts` and `POST /oauth/deauthorize`. */
export const accountEndpoints: readonly Endpoint[] = [
  endpoint({
    method: "POST",
    path: "/v1/accounts",
    params: createParams,
    run: ({ tx, params }) => {
      const { controller: given, country, type, ...rest } = params;
      const dashboard = given?.["stripe_dashboard"] as { type?: unknown } | undefined;
      const kind =
        type ??
        (dashboard?.type === "express"
          ? "express"
          : dashboard?.type === "none"
            ? "custom"
            : "standard");
      const account = changedAccount(tx, newAccount(tx, country ?? "US", kind), rest);
      return expand(tx, tx.put("account", account), params.expand);
    },
  }),
  endpoint({
    method: "GET",
    path: "/v1/accounts",
    params: z.strictObject(page),
    run: ({ tx, params }) => {
      const rows = tx.newestFirst("account").filter(({ id }) => isConnected(tx, id));
      const dated = rows.map((row) => ({ ...row, created: row.created ?? 0 }));
      return expand(tx, listPage("/v1/accounts", dated, params), params.expand);
    },
  }),
  endpoint({
    method: "GET",
    path: "/v1/accounts/:id",
    params: z.strictObject(expandable),
    run: ({ tx, id, params }) => expand(tx, requireAccount(tx, id), params.expand),
  }),
  endpoint({
    method: "POST",
    path: "/v1/accounts/:id",
    params: changeParams,
    run: ({ tx, id, params }) => {
      const before = requireAccount(tx, id);
      return expand(tx, replace(tx, before, changedAccount(tx, before, params)), params.expand);
    },
  }),
  endpoint({
    method: "DELETE",
    path: "/v1/accounts/:id",
    params: z.strictObject({}),
    run: ({ tx, id }) => {
      requireAccount(tx, id);
      tx.put("deauthorization", { id });
      return { id, object: "account", deleted: true };
    },
  }),
  endpoint({
    method: "POST",
    path: "/v1/accounts/:id/reject",
    params: z.strictObject({
      ...expandable,
      reason: z.enum(["fraud", "other", "terms_of_service"]),
    }),
    run: ({ tx, id, params }) =>
      expand(tx, restrict(tx, id, [], `rejected.${params.reason}`), params.expand),
  }),
  endpoint({
    method: "GET",
    path: "/v1/accounts/:id/external_accounts",
    params: z.strictObject({ ...page, object: list(word).or(word).optional() }),
    run: ({ tx, id }) => requireAccount(tx, id).external_accounts,
  }),
  endpoint({
    method: "POST",
    path: "/oauth/deauthorize",
    params: z.strictObject({ client_id: word, stripe_user_id: word }),
    run: ({ tx, params }) => {
      deauthorize(tx, params.stripe_user_id);
      return { stripe_user_id: params.stripe_user_id };
    },
  }),
];
