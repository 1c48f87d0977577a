import type { JobHelpers, Task } from "graphile-worker";
import type { QueryResultRow } from "pg";
import type Stripe from "stripe";
import type { z } from "zod";
import type { ResolveTxt } from "./dns.ts";
import type { LayoutFetching } from "./layouts/fetch.ts";
import type { Mailer } from "./mail/mailer.ts";
import type { PublicUrl } from "./mail/link.ts";

/** What tasks need beside their job. */
export interface TaskContext {
  readonly stripe: Stripe;
  readonly sendMail: Mailer;
  readonly publicUrl: PublicUrl;
  readonly layouts: LayoutFetching;
  readonly resolveTxt: ResolveTxt;
}

/** Makes a task of a schema for its payload and of what is to be done. */
export function defineTask<Payload>(
  payload: z.ZodType<Payload>,
  run: (payload: Payload, helpers: JobHelpers, context: TaskContext) => Promise<void>,
): (context: TaskContext) => Task {
  return (context) => async (raw, helpers) => {
    await run(payload.parse(raw), helpers, context);
  };
}

/** Calls one function of app_private with positional arguments and returns what it returns. */
export async function callFunction<Result>(
  helpers: JobHelpers,
  name: string,
  ...values: readonly unknown[]
): Promise<Result> {
  return await callOn<Result>(helpers, name, ...values);
}

/**
 * Calls a function that does at most so much of its work in one transaction, for as long as it does all that it may. A
 * worker that is killed in between has lost nothing.
 */
export async function callInBatches(
  helpers: JobHelpers,
  name: string,
  batchLimit: number,
): Promise<void> {
  let done = batchLimit;
  while (done === batchLimit) done = await callFunction<number>(helpers, name, batchLimit);
}

/** The same with a function that says itself when nothing is left: by 0, however much it may do at once. */
export async function callUntilNothingIsLeft(
  helpers: JobHelpers,
  name: string,
  ...values: readonly unknown[]
): Promise<void> {
  while ((await callFunction<number>(helpers, name, ...values)) > 0);
}

/** What runs a statement: a job's helpers, or a client in a transaction. */
export interface Queryable {
  query<Row extends QueryResultRow>(
    text: string,
    values: unknown[],
  ): Promise<{ readonly rows: readonly Row[] }>;
}

/** The same on a connection of one's own, for several calls in one transaction. */
export async function callOn<Result>(
  client: Queryable,
  name: string,
  ...values: readonly unknown[]
): Promise<Result> {
  const places = values.map((_, index) => `$${index + 1}`).join(", ");
  const { rows } = await client.query<{ result: Result }>(
    `select app_private.${name}(${places}) as result`,
    [...values],
  );
  const [row] = rows;
  if (row === undefined) throw new Error(`app_private.${name} returned no row.`);
  return row.result;
}
