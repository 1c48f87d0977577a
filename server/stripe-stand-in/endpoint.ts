import type { z } from "zod";
import { parseParams } from "./fields.ts";
import type { FormHash } from "./form.ts";
import type { Transaction } from "./transaction.ts";

/** Where a call comes from and what it is about, besides its parameters. */
export interface Origin {
  /** The `:id` of the path, or the empty string. */
  id: string;
  /** The `:inner` of the path, the id of an object that belongs to the first, or the empty string. */
  inner: string;
  /** Whether the caller showed only a publishable key, as a browser does. */
  publishable: boolean;
  /** The connected account of the `Stripe-Account` header; null: the platform itself. */
  account: string | null;
}

/** One call of the API, as its endpoint sees it. */
export interface Call<P> extends Origin {
  tx: Transaction;
  params: P;
}

/** A call whose parameters were understood and that is ready to run. */
export type Prepared = (tx: Transaction) => object;

/** One method and path of the API. */
export interface Endpoint {
  method: "DELETE" | "GET" | "POST";
  path: string;
  /** Which keys may call it: the secret key, or the publishable key as well. */
  keys: "publishable" | "secret";
  /** Whether it may be called in the name of a connected account. */
  onAccounts: boolean;
  /** Refuses bad parameters before anything is executed: such a reply is not kept for replays. */
  prepare(params: FormHash, origin: Origin): Prepared;
}

/** Declares an endpoint with its parameters. */
export function endpoint<S extends z.ZodType>(declaration: {
  method: Endpoint["method"];
  path: string;
  keys?: Endpoint["keys"];
  onAccounts?: boolean;
  params: S;
  run(call: Call<z.output<S>>): object;
}): Endpoint {
  return {
    method: declaration.method,
    path: declaration.path,
    keys: declaration.keys ?? "secret",
    onAccounts: declaration.onAccounts ?? false,
    prepare: (params, origin) => {
      const parsed = parseParams(declaration.params, params);
      return (tx) => declaration.run({ ...origin, tx, params: parsed });
    },
  };
}
