// If these tests failed, a worker that dies while it talks to Stripe would charge or refund somebody twice, or never.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type pg from "pg";
import Stripe from "stripe";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { addPerformance, createTheatre, type Theatre } from "../bench/theatre.ts";
import { repositoryRoot } from "../cli/db/paths.ts";
import { testDatabase, type TestDatabase } from "../db/tests/harness.ts";
import { type StripeStandIn, startStripeStandIn } from "../server/stripe-stand-in/index.ts";

const keys = {
  secretKey: "sk_test_crash",
  publishableKey: "pk_test_crash",
  webhookSecret: "whsec_crash",
} as const;

let database: TestDatabase;
let owner: pg.Client;
let superuser: pg.Client;
let theatre: Theatre;
let performanceId: string;
let standIn: StripeStandIn;
let stripe: Stripe;
let nextSeat = 0;
const children: ChildProcess[] = [];

type Task = "payment_intent__create" | "refund__create";

interface Moment {
  /** Has the next call that changes something stop there. */
  readonly trap: () => void;
  readonly isTrapped: () => boolean;
  /** How many objects Stripe has made by then. */
  readonly made: number;
  /** What happens to the dead worker's call once another worker has its job. */
  readonly end: (task: Task) => Promise<void>;
}

/** Where in a call the worker dies. */
const moments: Readonly<Record<string, Moment>> = {
  "before Stripe has carried it out": {
    trap: () => standIn.control.holdCalls(1),
    isTrapped: () => standIn.control.status().holdCalls === 0,
    made: 0,
    end: carryOutLate,
  },
  "after Stripe has carried it out, before the answer": {
    trap: () => standIn.control.holdReplies(1),
    isTrapped: () => standIn.control.status().holdReplies === 0,
    made: 1,
    end: () => Promise.resolve(),
  },
};

beforeAll(async () => {
  database = await testDatabase();
  owner = await database.connect("lml_owner");
  superuser = await database.connect("superuser");
  theatre = await createTheatre(owner, 50);
  // One person buys all of it.
  await owner.query("update app_public.events set open_carts_max = 1000");
  performanceId = await addPerformance(owner, theatre);
  standIn = await startStripeStandIn({ ...keys, port: 0, webhookUrl: null });
  stripe = new Stripe(keys.secretKey, { host: standIn.host, port: standIn.port, protocol: "http" });
});

afterAll(async () => {
  for (const child of children) child.kill("SIGKILL");
  await standIn.close();
  await database.drop();
});

afterEach(() => {
  standIn.control.reset();
});

describe.each(Object.entries(moments))(
  "a worker killed in the middle of a call, %s",
  (_, moment) => {
    test("leaves one payment intent", async () => {
      const booking = await checkOut();
      const dead = await killInTheMiddle("payment_intent__create", moment);
      expect(await intentsAtStripe(booking)).toHaveLength(moment.made);
      await takeOver(dead, "payment_intent__create", moment, () => hasIntent(booking));
      const ids = await intentsAtStripe(booking);
      expect(ids).toHaveLength(1);
      expect(await idsHere("payment_intent", booking)).toEqual(ids);
      await expectConsistency();
    });

    test("leaves one refund", async () => {
      const { booking, intent } = await payTooLate();
      const dead = await killInTheMiddle("refund__create", moment);
      expect(await refundsAtStripe(intent)).toHaveLength(moment.made);
      await takeOver(dead, "refund__create", moment, () => hasRefund(booking));
      const ids = await refundsAtStripe(intent);
      expect(ids).toHaveLength(1);
      expect(await idsHere("refund", booking)).toEqual(ids);
      await expectConsistency();
    });
  },
);

describe("a payment intent whose key may be forgotten", () => {
  test("is found, not made again", async () => {
    const booking = await checkOut();
    const made = await makeIntent(booking);
    await standIn.control.forgetIdempotencyKeys();
    await letADayPass("payment_intent", booking);
    await work(() => hasIntent(booking));
    expect(await idsHere("payment_intent", booking)).toEqual([made]);
    expect(await intentsAtStripe(booking)).toEqual([made]);
  });

  test("is made with its key when there is none", async () => {
    const booking = await checkOut();
    await letADayPass("payment_intent", booking);
    await work(() => hasIntent(booking));
    const ids = await intentsAtStripe(booking);
    expect(ids).toHaveLength(1);
    expect(await idsHere("payment_intent", booking)).toEqual(ids);
    expect(await keyOf("payment_intent.created", ids[0])).toBe(
      `create:${await rowOf("payment_intent", booking)}`,
    );
  });

  test("is not made again while the search is behind, as its key is still known then", async () => {
    const booking = await checkOut();
    const made = await makeIntent(booking);
    standIn.control.searchLag(3_600);
    await letADayPass("payment_intent", booking);
    await work(() => hasIntent(booking));
    expect(await idsHere("payment_intent", booking)).toEqual([made]);
    expect(await intentsAtStripe(booking)).toEqual([made]);
  });

  test("would be made twice if nobody looked", async () => {
    const booking = await checkOut();
    const made = await makeIntent(booking);
    await standIn.control.forgetIdempotencyKeys();
    expect(await makeIntent(booking)).not.toBe(made);
  });
});

describe("a refund whose key may be forgotten", () => {
  test("is found, not made again", async () => {
    const { booking, intent } = await payTooLate();
    const made = await makeRefund(booking);
    await standIn.control.forgetIdempotencyKeys();
    await letADayPass("refund", booking);
    await work(() => hasRefund(booking));
    expect(await idsHere("refund", booking)).toEqual([made]);
    expect(await refundsAtStripe(intent)).toEqual([made]);
    await expectConsistency();
  });

  test("is made with its key when there is none but somebody else's", async () => {
    const { booking, intent } = await payTooLate();
    const other = await stripe.refunds.create({ payment_intent: intent });
    await standIn.control.settleRefund(other.id, "failed");
    await letADayPass("refund", booking);
    await work(() => hasRefund(booking));
    const [made, ...rest] = await refundsAtStripe(intent);
    expect(rest).toEqual([other.id]);
    expect(await idsHere("refund", booking)).toEqual([made]);
    expect(await keyOf("refund.created", made)).toBe(`refund:${await rowOf("refund", booking)}`);
    await expectConsistency();
  });

  test("would be taken for refused if nobody looked", async () => {
    const { booking } = await payTooLate();
    await makeRefund(booking);
    await standIn.control.forgetIdempotencyKeys();
    await expect(makeRefund(booking)).rejects.toMatchObject({ code: "charge_already_refunded" });
  });
});

interface Worker {
  readonly child: ChildProcess;
  /** In whose name its jobs are locked. */
  readonly id: string;
}

async function startWorker(): Promise<Worker> {
  const child = spawn(process.execPath, [join(repositoryRoot, "worker", "main.ts")], {
    env: {
      ...process.env,
      LML_WORKER_DATABASE_URL: database.url("lml_worker"),
      STRIPE_SECRET_KEY: keys.secretKey,
      STRIPE_API_BASE: standIn.url,
    },
    stdio: ["ignore", "pipe", "ignore"],
  });
  children.push(child);
  const [ready] = (await once(child.stdout ?? child, "data")) as [Buffer];
  const id = /^worker (\S+) is ready/.exec(String(ready))?.[1] ?? "";
  expect(id).not.toBe("");
  return { child, id };
}

async function end({ child }: Worker, signal: "SIGKILL" | "SIGTERM"): Promise<void> {
  const exited = once(child, "exit");
  child.kill(signal);
  await exited;
}

/** Lets a worker work until something is so. */
async function work(isDone: () => Promise<boolean>): Promise<void> {
  const worker = await startWorker();
  await until(isDone);
  await end(worker, "SIGTERM");
}

/** Kills a worker that waits for Stripe; returns who died. */
async function killInTheMiddle(task: Task, moment: Moment): Promise<string> {
  moment.trap();
  const worker = await startWorker();
  await until(async () => moment.isTrapped());
  await end(worker, "SIGKILL");
  expect(await lockersOf(task)).toEqual([worker.id]);
  return worker.id;
}

/**
 * Has another worker find out that one is dead, and do its job. A worker counts as dead after half a minute of silence;
 * no role of ours may say that it beat at another time than now, so it is the superuser who lets the minute pass.
 */
async function takeOver(
  dead: string,
  task: Task,
  moment: Moment,
  isDone: () => Promise<boolean>,
): Promise<void> {
  const moved = await superuser.query(
    `update app_private.worker_heartbeats set beaten_at = beaten_at - interval '1 minute'
    where worker_id = $1`,
    [dead],
  );
  expect(moved.rowCount).toBe(1);
  const worker = await startWorker();
  await moment.end(task);
  await until(isDone);
  await end(worker, "SIGTERM");
  expect(await lockersOf(task)).toEqual([]);
}

/** While the dead worker's call is under way, Stripe refuses another one with its key. Then it is carried out after all. */
async function carryOutLate(task: Task): Promise<void> {
  await until(async () => (await errorsOf(task)).some((text) => text.includes("in-progress")));
  standIn.control.letCallsGo();
  await until(async () => standIn.control.status().underWay === 0);
  // The next attempt is seconds away: they pass at once.
  await superuser.query("update graphile_worker._private_jobs set run_at = now()");
}

async function lockersOf(task: Task): Promise<string[]> {
  const { rows } = await superuser.query<{ by: string }>(
    `select j.locked_by as by
    from graphile_worker._private_jobs as j
    join graphile_worker._private_tasks as t on t.id = j.task_id
    where t.identifier = $1 and j.locked_by is not null`,
    [task],
  );
  return rows.map(({ by }) => by);
}

async function errorsOf(task: Task): Promise<string[]> {
  const { rows } = await superuser.query<{ error: string }>(
    `select j.last_error as error
    from graphile_worker._private_jobs as j
    join graphile_worker._private_tasks as t on t.id = j.task_id
    where t.identifier = $1 and j.last_error is not null`,
    [task],
  );
  return rows.map(({ error }) => error);
}

async function hold(seat: number): Promise<string> {
  const { rows } = await owner.query<{ id: string }>("select (app_public.hold_seats($1, $2)).id", [
    performanceId,
    theatre.seatIds.slice(seat, seat + 1),
  ]);
  return rows[0]?.id ?? "";
}

async function checkOut(): Promise<string> {
  const booking = await hold(nextSeat);
  nextSeat += 1;
  await owner.query("select app_public.start_checkout($1)", [booking]);
  return booking;
}

/** A booking that was paid for after it ran out and somebody else took its seat: a refund waits for a worker. */
async function payTooLate(): Promise<{ booking: string; intent: string }> {
  const seat = nextSeat;
  const booking = await checkOut();
  await work(() => hasIntent(booking));
  const intent = (await idsHere("payment_intent", booking))[0] ?? missing();
  await owner.query(
    "update app_public.seat_booking_state set locked_until = now() where booking_id = $1",
    [booking],
  );
  await owner.query("update app_public.bookings set expires_at = now() where id = $1", [booking]);
  await hold(seat);
  await stripe.paymentIntents.confirm(intent, {
    payment_method: "pm_card_visa",
    return_url: "https://example.com/",
  });
  const { data } = await stripe.events.list({ type: "payment_intent.succeeded", limit: 1 });
  expect(data[0]?.data.object).toMatchObject({ id: intent });
  await owner.query("select app_private.receive_stripe_event($1, false)", [
    JSON.stringify(data[0]),
  ]);
  await owner.query("select app_private.apply_stripe_event($1)", [data[0]?.id]);
  return { booking, intent };
}

type Request = Stripe.PaymentIntentCreateParams & {
  idempotency_key: string;
  may_be_forgotten?: boolean;
};

/** What the worker would send, without what is only for itself. */
async function prepared(
  kind: "payment_intent" | "refund",
  booking: string,
): Promise<{ params: Stripe.PaymentIntentCreateParams; options: Stripe.RequestOptions }> {
  const { rows } = await owner.query<{ request: Request }>(
    `select app_private.prepare_${kind}($1) as request`,
    [await rowOf(kind, booking)],
  );
  const { idempotency_key: idempotencyKey, ...params } = rows[0]?.request ?? missing();
  delete params.may_be_forgotten;
  return { params, options: { idempotencyKey } };
}

/** Makes an intent as a worker does that dies before it can say so. */
async function makeIntent(booking: string): Promise<string> {
  const { params, options } = await prepared("payment_intent", booking);
  const { id } = await stripe.paymentIntents.create(
    { ...params, automatic_payment_methods: { enabled: true } },
    options,
  );
  return id;
}

/** Makes a refund as a worker does that dies before it can say so. */
async function makeRefund(booking: string): Promise<string> {
  const { params, options } = await prepared("refund", booking);
  const { id } = await stripe.refunds.create(params, options);
  return id;
}

/** Stripe knows a key for a day: moves what was asked for into the past, which only a superuser can. */
async function letADayPass(kind: "payment_intent" | "refund", booking: string): Promise<void> {
  const { rowCount } = await superuser.query(
    `update app_public.${kind}s set created_at = created_at - interval '1 day'
    where booking_id = $1`,
    [booking],
  );
  expect(rowCount).toBe(1);
}

async function rowOf(kind: "payment_intent" | "refund", booking: string): Promise<string> {
  const { rows } = await owner.query<{ id: string }>(
    `select id from app_public.${kind}s where booking_id = $1`,
    [booking],
  );
  return rows[0]?.id ?? missing();
}

/** What the database knows of, by Stripe's id; null is what it has not heard of yet. */
async function idsHere(
  kind: "payment_intent" | "refund",
  booking: string,
): Promise<(string | null)[]> {
  const { rows } = await owner.query<{ id: string | null }>(
    `select stripe_${kind}_id as id from app_public.${kind}s where booking_id = $1`,
    [booking],
  );
  return rows.map(({ id }) => id);
}

async function hasIntent(booking: string): Promise<boolean> {
  return !(await idsHere("payment_intent", booking)).includes(null);
}

async function hasRefund(booking: string): Promise<boolean> {
  return !(await idsHere("refund", booking)).includes(null);
}

async function intentsAtStripe(booking: string): Promise<string[]> {
  const { data } = await stripe.paymentIntents.list({ limit: 100 });
  return data.filter(({ metadata }) => metadata["lml_booking_id"] === booking).map(({ id }) => id);
}

async function refundsAtStripe(intent: string): Promise<string[]> {
  const { data } = await stripe.refunds.list({ payment_intent: intent, limit: 100 });
  return data.map(({ id }) => id);
}

/** The idempotency key with which an object was made. */
async function keyOf(
  type: "payment_intent.created" | "refund.created",
  id: string | undefined,
): Promise<string | null | undefined> {
  const { data } = await stripe.events.list({ type, limit: 100 });
  const event = data.find(({ data: { object } }) => "id" in object && object.id === id);
  return event?.request?.idempotency_key;
}

async function expectConsistency(): Promise<void> {
  const { rows } = await owner.query("select * from app_public.check_invariants()");
  expect(rows).toEqual([]);
}

function missing(): never {
  throw new Error("There is no such row.");
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error("It did not happen within 20 seconds.");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
