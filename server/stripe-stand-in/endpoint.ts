import type { z } from "zod";
import { parseParams } from "./fields.ts";
import type { FormHash } from "./form.ts";
import type { Transaction } from "./transaction.ts";

/** One call of the API, as its endpoint sees it. */
export interface Call<P> {
  tx: Transaction;
  params: P;
  /** The `:id` of the path, or the empty string. */
  id: string;
  /** Whether the caller showed only a publishable key, as a browser does. */
  publishable: boolean;
}

/** A call whose parameters were understood and that is ready to run. */
export type Prepared = (tx: Transaction) => object;

/** One method and path of the API. */
export interface Endpoint {
  method: "DELETE" | "GET" | "POST";
  path: string;
  /** Which keys may call it: the secret key, or the publishable key as well. */
  keys: "publishable" | "secret";
  /** Refuses bad parameters before anything is executed: such a reply is not kept for replays. */
  prepare(params: FormHash, id: string, publishable: boolean): Prepared;
}

/** Declares an endpoint with its parameters. */
export function endpoint<S extends z.ZodType>(declaration: {
  method: Endpoint["method"];
  path: string;
  keys?: Endpoint["keys"];
  params: S;
  run(call: Call<z.output<S>>): object;
}): Endpoint {
  return {
    method: declaration.method,
    path: declaration.path,
    keys: declaration.keys ?? "secret",
    prepare: (params, id, publishable) => {
      const parsed = parseParams(declaration.params, params);
      return (tx) => declaration.run({ tx, params: parsed, id, publishable });
    },
  };
}
