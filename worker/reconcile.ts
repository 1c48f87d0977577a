import { setTimeout as sleepFor } from "node:timers/promises";
import type Stripe from "stripe";
import { callOn, type Queryable } from "./context.ts";
import { failureOf, isRefusal } from "./stripe.ts";

/** What a comparison needs. */
export interface Reconciliation {
  readonly stripe: Stripe;
  /** The database, as the worker or its owner. Every statement is a transaction of its own. */
  readonly database: Queryable;
  /** Told of what is being done. */
  readonly progress?: (text: string) => void;
  /** What is newer than so many minutes is left to the next run (default 60). */
  readonly graceMinutes?: number;
  /** How many movements are asked for at once (default 100, Stripe's most). */
  readonly pageSize?: number;
  /** Waits, for tests that do not. */
  readonly sleep?: (milliseconds: number) => Promise<void>;
}

/** A run as the database tells it. */
export interface ReconciliationRun {
  readonly id: string;
  readonly status: "listing" | "comparing" | "completed";
  readonly listed_from: string;
  readonly listed_through: string;
  readonly starting_after: string | null;
}

const pageSizeMax = 100;
const feeBatch = 500;
const attemptsMax = 8;
const waitMaxMs = 60_000;
const snapshotsMax = 3;
const hourMs = 3_600_000;

/**
 * Compares the books with Stripe. It may be killed anywhere: who comes next goes on with the page at which it was. Of
 * two at once both list, and one compares. A run that was left long ago is ended first, and then there is a new one.
 */
export async function reconcile(options: Reconciliation): Promise<ReconciliationRun> {
  const grace = `${options.graceMinutes ?? 60} minutes`;
  for (;;) {
    const run = await begin(options, grace);
    const isOld = Date.now() - Date.parse(run.listed_through) > hourMs;
    const completed = await carryOut(options, run);
    if (!isOld) return completed;
  }
}

async function begin(options: Reconciliation, grace: string): Promise<ReconciliationRun> {
  return await callRun(options, "begin_reconciliation", grace);
}

async function carryOut(
  options: Reconciliation,
  run: ReconciliationRun,
): Promise<ReconciliationRun> {
  if (run.status === "listing") await listWindow(options, run);
  const { balances, isCertain } = await takeSnapshot(options, run);
  await lookUpSources(options);
  await lookUpPayouts(options);
  await postFees(options);
  options.progress?.("comparing");
  return await callRun(
    options,
    "complete_reconciliation",
    run.id,
    JSON.stringify(balances),
    isCertain,
  );
}

/** The newest first, from where an earlier attempt got to. */
async function listWindow(options: Reconciliation, run: ReconciliationRun): Promise<void> {
  const created = { gte: secondOf(run.listed_from), lt: secondOf(run.listed_through) };
  let count = 0;
  for await (const { data, has_more: hasMore } of list(options, created, run.starting_after)) {
    await store(options, run, data, { isOfWindow: true, isLast: !hasMore });
    count += data.length;
    options.progress?.(`${count} movements listed`);
  }
}

/** The balance, and all that moved up to it: what came while it was asked for makes it be asked again. */
async function takeSnapshot(
  options: Reconciliation,
  run: ReconciliationRun,
): Promise<{ balances: Readonly<Record<string, number>>; isCertain: boolean }> {
  options.progress?.("asking for the balance");
  await listTail(options, run);
  for (let attempt = 1; ; attempt++) {
    const balance = await waitOut(options, () => options.stripe.balance.retrieve());
    const isCertain = (await listTail(options, run)) === 0;
    if (isCertain || attempt === snapshotsMax) return { balances: sumsOf(balance), isCertain };
  }
}

/** What is newer than the window. Returns how much of it was not known. */
async function listTail(options: Reconciliation, run: ReconciliationRun): Promise<number> {
  let count = 0;
  for await (const { data } of list(options, { gte: secondOf(run.listed_through) }, null)) {
    count += await store(options, run, data, { isOfWindow: false, isLast: false });
  }
  return count;
}

/** Page by page: the next one is asked for when this one is dealt with. */
async function* list(
  options: Reconciliation,
  created: Stripe.RangeQueryParam,
  startingAfter: string | null,
): AsyncGenerator<Stripe.ApiList<Stripe.BalanceTransaction>> {
  for (let last = startingAfter; ;) {
    const page: Stripe.ApiList<Stripe.BalanceTransaction> = await waitOut(options, () =>
      options.stripe.balanceTransactions.list({
        created,
        limit: options.pageSize ?? pageSizeMax,
        ...(last === null ? {} : { starting_after: last }),
      }),
    );
    yield page;
    const end = page.data.at(-1);
    if (!page.has_more || end === undefined) return;
    last = end.id;
  }
}

async function store(
  { database }: Reconciliation,
  run: ReconciliationRun,
  movements: readonly Stripe.BalanceTransaction[],
  { isOfWindow, isLast }: { isOfWindow: boolean; isLast: boolean },
): Promise<number> {
  const told = movements.map(
    ({ id, type, amount, fee, net, currency, source, created, available_on }) => ({
      id,
      type,
      amount,
      fee,
      net,
      currency,
      source: idOf(source),
      created,
      available_on,
    }),
  );
  return Number(
    await callOn<string>(
      database,
      "store_stripe_movements",
      run.id,
      JSON.stringify(told),
      isOfWindow,
      isLast,
    ),
  );
}

/** Charges and refunds that nothing here knows may be of payments that something here knows. */
async function lookUpSources(options: Reconciliation): Promise<void> {
  const { database, progress } = options;
  for (;;) {
    const unknown = await callOn<readonly { id: string; source: string }[]>(
      database,
      "stripe_sources_to_look_up",
      pageSizeMax,
    );
    if (unknown.length === 0) return;
    progress?.(`asking about ${unknown.length} charges and refunds that are not known`);
    for (const { id, source } of unknown) {
      const intent = await paymentIntentOf(options, source);
      await callOn(database, "record_stripe_source", id, intent);
    }
  }
}

async function paymentIntentOf(options: Reconciliation, source: string): Promise<string | null> {
  const { stripe } = options;
  const found = await (/^(re|pyr)_/.test(source)
    ? known(waitOut(options, () => stripe.refunds.retrieve(source)))
    : known(waitOut(options, () => stripe.charges.retrieve(source))));
  return found === null ? null : idOf(found.payment_intent);
}

/** What goes to the platform's bank is told by events, of which one may be lost. */
async function lookUpPayouts(options: Reconciliation): Promise<void> {
  const { database, stripe } = options;
  let last: string | undefined;
  do {
    const ids: readonly string[] = await callOn(
      database,
      "platform_payouts_to_look_up",
      last ?? null,
      pageSizeMax,
    );
    for (const id of ids) {
      const payout = await known(waitOut(options, () => stripe.payouts.retrieve(id)));
      if (payout !== null) {
        await callOn(database, "apply_platform_payout", JSON.stringify(payout));
      }
    }
    last = ids.at(-1);
  } while (last !== undefined);
}

/** What Stripe answers; null: it refuses to. */
async function known<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (isRefusal(error)) return null;
    throw error;
  }
}

async function postFees({ database, progress }: Reconciliation): Promise<void> {
  for (let posted = 0; ;) {
    const count = await callOn<number>(database, "post_stripe_fees", feeBatch);
    if (count === 0) return;
    posted += count;
    progress?.(`${posted} fees posted`);
  }
}

/** What passes is waited for, as long as Stripe says or ever longer; a job that fails all the same is tried again. */
async function waitOut<T>(
  { progress, sleep = sleepFor }: Reconciliation,
  call: () => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      const failure = isRefusal(error) ? undefined : failureOf(error);
      if (failure === undefined || attempt === attemptsMax) throw error;
      const backoff = Math.min(waitMaxMs, 500 * 2 ** attempt) * (0.5 + Math.random() / 2);
      const milliseconds = Math.min(waitMaxMs, failure.retryAfterMs ?? backoff);
      progress?.(`waiting for Stripe (${failure.code})`);
      await sleep(milliseconds);
    }
  }
}

async function callRun(
  { database }: Reconciliation,
  name: string,
  ...values: readonly unknown[]
): Promise<ReconciliationRun> {
  const places = values.map((_, index) => `$${index + 1}`).join(", ");
  const { rows } = await database.query<{ run: ReconciliationRun }>(
    `select to_jsonb(r) as run from app_private.${name}(${places}) as r`,
    [...values],
  );
  const [row] = rows;
  if (row === undefined) throw new Error(`app_private.${name} returned no row.`);
  return row.run;
}

function sumsOf({ available, pending }: Stripe.Balance): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { amount, currency } of [...available, ...pending]) {
    sums[currency] = (sums[currency] ?? 0) + amount;
  }
  return sums;
}

function secondOf(time: string): number {
  return Math.floor(Date.parse(time) / 1000);
}

function idOf(reference: string | { readonly id: string } | null): string | null {
  return typeof reference === "string" ? reference : (reference?.id ?? null);
}
