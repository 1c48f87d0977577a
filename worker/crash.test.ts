// If these tests failed, a worker that dies while it talks to Stripe would charge or refund somebody twice, or never.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type pg from "pg";
import Stripe from "stripe";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
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

beforeAll(async () => {
  database = await testDatabase();
  owner = await database.connect("lml_owner");
  superuser = await database.connect("superuser");
  theatre = await createTheatre(owner, 50);
  performanceId = await addPerformance(owner, theatre);
  standIn = await startStripeStandIn({ ...keys, port: 0, webhookUrl: null });
  stripe = new Stripe(keys.secretKey, { host: standIn.host, port: standIn.port, protocol: "http" });
});

afterAll(async () => {
  for (const child of children) child.kill("SIGKILL");
  await standIn.close();
  await database.drop();
});

/** Where in the call the worker dies. */
const moments = {
  "before Stripe has carried it out": () => standIn.control.slow(3_000),
  "after Stripe has carried it out, before the answer": () => standIn.control.holdReplies(10),
} as const;

describe.each(Object.entries(moments))("a worker killed in the middle of a call, %s", (_, trap) => {
  test("leaves one payment intent", async () => {
    trap();
    const first = await startWorker();
    const booking = await checkOut();
    await killInTheMiddle(first, "payment_intent__create");

    const second = await startWorker();
    await until(async () => (await intentOf(booking)) !== null);
    await kill(second);
    await lateCallsAreOver();
    const { data } = await stripe.paymentIntents.list({ limit: 100 });
    const made = data.filter(({ metadata }) => metadata["lml_booking_id"] === booking);
    expect(made.map(({ id }) => id)).toEqual([await intentOf(booking)]);
  });

  test("leaves one refund", async () => {
    const { booking, stripeIntent } = await paidTooLate();
    trap();
    const first = await startWorker();
    await owner.query("select app_private.apply_stripe_event(id) from app_private.stripe_events");
    await killInTheMiddle(first, "refund__create");

    const second = await startWorker();
    await until(async () => (await refundOf(booking)) !== null);
    await kill(second);
    await lateCallsAreOver();
    const { data } = await stripe.refunds.list({ payment_intent: stripeIntent });
    expect(data.map(({ id }) => id)).toEqual([await refundOf(booking)]);
  });
});

describe("a call whose key Stripe has forgotten", () => {
  test("is not made again: the payment intent is found", async () => {
    const booking = await checkOut();
    const id = await rowOf("payment_intents", booking);
    const made = await stripe.paymentIntents.create(
      { amount: 5_000, currency: "eur", metadata: { lml_payment_intent_id: id } },
      { idempotencyKey: `create:${id}` },
    );
    await standIn.control.forgetIdempotencyKeys();
    await superuser.query(
      "update app_public.payment_intents set created_at = now() - interval '2 days' where id = $1",
      [id],
    );
    const worker = await startWorker();
    await until(async () => (await intentOf(booking)) !== null);
    await kill(worker);
    expect(await intentOf(booking)).toBe(made.id);
  });

  test("is not made again: the refund is found", async () => {
    const { booking, stripeIntent } = await paidTooLate();
    await owner.query("select app_private.apply_stripe_event(id) from app_private.stripe_events");
    const id = await rowOf("refunds", booking);
    const made = await stripe.refunds.create(
      { payment_intent: stripeIntent, metadata: { lml_refund_id: id } },
      { idempotencyKey: `refund:${id}` },
    );
    await standIn.control.forgetIdempotencyKeys();
    await superuser.query(
      "update app_public.refunds set created_at = now() - interval '2 days' where id = $1",
      [id],
    );
    const worker = await startWorker();
    await until(async () => (await refundOf(booking)) !== null);
    await kill(worker);
    expect(await refundOf(booking)).toBe(made.id);
  });

  test("would be made twice if nobody looked", async () => {
    const params = { amount: 5_000, currency: "eur", metadata: { lml_payment_intent_id: "twice" } };
    const first = await stripe.paymentIntents.create(params, { idempotencyKey: "create:twice" });
    await standIn.control.forgetIdempotencyKeys();
    const second = await stripe.paymentIntents.create(params, { idempotencyKey: "create:twice" });
    expect(second.id).not.toBe(first.id);
  });
});

async function startWorker(): Promise<ChildProcess> {
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
  expect(String(ready)).toContain("is ready");
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
}

/** Kills a worker that waits for Stripe, and lets half a minute of its silence pass at once. */
async function killInTheMiddle(child: ChildProcess, task: string): Promise<void> {
  await until(async () => standIn.control.status().underWay > 0);
  await kill(child);
  const { rows } = await superuser.query<{ locked: number }>(
    `select count(*)::int as locked
    from graphile_worker._private_jobs as j
    join graphile_worker._private_tasks as t on t.id = j.task_id
    where t.identifier = $1 and j.locked_by is not null`,
    [task],
  );
  expect(rows[0]?.locked).toBe(1);
  await superuser.query(
    "update app_private.worker_heartbeats set beaten_at = beaten_at - interval '1 minute'",
  );
  standIn.control.reset();
}

/** A call of the dead worker may still be on its way. */
async function lateCallsAreOver(): Promise<void> {
  await until(async () => standIn.control.status().underWay === 0);
}

async function hold(first: number): Promise<string> {
  const { rows } = await owner.query<{ id: string }>("select (app_public.hold_seats($1, $2)).id", [
    performanceId,
    theatre.seatIds.slice(first, first + 1),
  ]);
  return rows[0]?.id ?? "";
}

async function checkOut(): Promise<string> {
  const booking = await hold(nextSeat);
  nextSeat += 1;
  await owner.query("select app_public.start_checkout($1)", [booking]);
  return booking;
}

/** A booking that ran out before it was paid for, and whose seat somebody else holds. */
async function paidTooLate(): Promise<{ booking: string; stripeIntent: string }> {
  const seat = nextSeat;
  const booking = await checkOut();
  const worker = await startWorker();
  await until(async () => (await intentOf(booking)) !== null);
  await kill(worker);
  const stripeIntent = (await intentOf(booking)) ?? "";
  await owner.query(
    "update app_public.seat_booking_state set locked_until = now() where booking_id = $1",
    [booking],
  );
  await owner.query("update app_public.bookings set expires_at = now() where id = $1", [booking]);
  await hold(seat);
  const confirmed = await stripe.paymentIntents.confirm(stripeIntent, {
    payment_method: "pm_card_visa",
    return_url: "https://example.com/",
  });
  const { data } = await stripe.events.list({ type: "payment_intent.succeeded", limit: 1 });
  expect(data[0]?.data.object).toMatchObject({ id: confirmed.id });
  await owner.query("select app_private.receive_stripe_event($1, false)", [
    JSON.stringify(data[0]),
  ]);
  return { booking, stripeIntent };
}

async function rowOf(table: "payment_intents" | "refunds", booking: string): Promise<string> {
  const { rows } = await owner.query<{ id: string }>(
    `select id from app_public.${table} where booking_id = $1`,
    [booking],
  );
  return rows[0]?.id ?? "";
}

async function intentOf(booking: string): Promise<string | null> {
  const { rows } = await owner.query<{ id: string | null }>(
    "select stripe_payment_intent_id as id from app_public.payment_intents where booking_id = $1",
    [booking],
  );
  return rows[0]?.id ?? null;
}

async function refundOf(booking: string): Promise<string | null> {
  const { rows } = await owner.query<{ id: string | null }>(
    "select stripe_refund_id as id from app_public.refunds where booking_id = $1",
    [booking],
  );
  return rows[0]?.id ?? null;
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error("It did not happen within 20 seconds.");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
