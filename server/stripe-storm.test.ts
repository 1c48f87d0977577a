// If this failed, it would depend on the order and number of Stripe's events who has paid and who has a ticket.
import pg from "pg";
import Stripe from "stripe";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addPerformance, createTheatre } from "../bench/theatre.ts";
import { testDatabase, type TestDatabase } from "../db/tests/harness.ts";
import { type RunningWorker, startWorker } from "../worker/worker.ts";
import { startServer } from "./server.ts";
import { testStripe } from "./testing.ts";

const paymentCount = 100;
const senderCount = 8;
const firstSecond = 1_700_000_000;

const seeds =
  process.env["LML_SEED"] === undefined
    ? Array.from({ length: 3 }, (_, index) => (Date.now() + index * 7919) % 2 ** 31)
    : [Number(process.env["LML_SEED"])];

/** What `Math.random` is, repeatably. */
type Random = () => number;

interface Payment {
  readonly id: string;
  readonly amount: number;
}

interface Refund {
  readonly id: string;
  readonly payment: number;
  readonly amount: number;
}

type Json = Readonly<Record<string, unknown>>;

interface StripeEvent extends Json {
  readonly id: string;
  readonly created: number;
}

let world: TestDatabase;
let payments: readonly Payment[];
let history: readonly StripeEvent[];
/** What is left when each event is applied before the next one happens. */
let expected: {
  readonly halfway: State;
  readonly end: State;
  readonly violated: readonly unknown[];
};
const stripe = new Stripe(testStripe.secretKey);

beforeAll(async () => {
  world = await testDatabase();
  payments = await onClient(world, checkOutAll);
  history = paymentEvents(randomOf(1));
  await using calm = await testDatabase(world);
  expected = await onClient(calm, async (owner) => {
    await applyOneByOne(owner, history);
    const halfway = await stateOf(owner);
    await applyOneByOne(owner, refundEvents(await queueRefunds(owner)));
    const { rows } = await owner.query(
      `select distinct invariant from app_public.check_invariants()
      -- A part of these bookings was returned, and nobody has canceled a ticket for it.
      where invariant <> 'confirmed_booking_is_paid'`,
    );
    return { halfway, end: await stateOf(owner), violated: rows };
  });
});

afterAll(() => world.drop());

describe.each(seeds)("a storm of events, LML_SEED=%d", (seed) => {
  test("leaves what they leave one by one", async () => {
    process.stdout.write(`storm: LML_SEED=${seed}\n`);
    const random = randomOf(seed);
    await using database = await testDatabase(world);
    const sent = await storm(database, random, async (deliver, owner) => {
      await deliver(history);
      expect(await stateOf(owner)).toEqual(expected.halfway);
      const later = refundEvents(await queueRefunds(owner));
      // What was told of payments comes again among the news of refunds.
      await deliver([...history.filter(() => random() < 0.2), ...later]);
      expect(await stateOf(owner)).toEqual(expected.end);
      await replay(owner);
      expect(await stateOf(owner)).toEqual(expected.end);
    });
    expect(sent.events).toBeGreaterThan(900);
    expect(sent.deliveries).toBeGreaterThan(1_500);
    expect(sent.forged).toBeGreaterThan(15);
  }, 180_000);
});

test("what they leave one by one is consistent", () => {
  expect(expected.violated).toEqual([]);
  expect(expected.end.counts).toMatchObject({ "payment succeeded": 70, ticket: 70 });
});

test("a replay of the inbox rebuilds the state where nothing is known", async () => {
  await using database = await testDatabase(world);
  const state = await onClient(database, async (owner) => {
    await putIntoInbox(owner, history.toReversed());
    await replay(owner);
    return await stateOf(owner);
  });
  expect(state).toEqual(expected.halfway);
});

test("the state would tell if an event were lost", async () => {
  await using database = await testDatabase(world);
  const state = await onClient(database, async (owner) => {
    await applyOneByOne(
      owner,
      history.filter(({ id }) => id !== "evt_p7_last"),
    );
    return await stateOf(owner);
  });
  expect(state.hash).not.toBe(expected.halfway.hash);
});

/** As many guests as there are payments start to pay for a seat each. */
async function checkOutAll(owner: pg.Client): Promise<Payment[]> {
  const theatre = await createTheatre(owner, paymentCount);
  await owner.query("update app_public.organization_settings set subscription_tier = 'enterprise'");
  const performanceId = await addPerformance(owner, theatre);
  await owner.query("select set_config('lml.session_token', '', false)");
  await owner.query(
    `select app_public.start_checkout((app_public.hold_seats($1, array[s.id])).id, 'guest@example.com')
    from unnest($2::text[]) as s (id),
      set_config('lml.cart_token', rpad(substr(s.id, 1, 43), 43, 'x'), true)`,
    [performanceId, theatre.seatIds],
  );
  // Nobody asks Stripe here.
  await owner.query("delete from graphile_worker._private_jobs");
  const { rows } = await owner.query<Payment>(
    "select id, amount_cents::int as amount from app_public.payment_intents order by id",
  );
  expect(rows).toHaveLength(paymentCount);
  return rows;
}

/** What Stripe tells of all payments, in the order in which it happened. */
function paymentEvents(random: Random): StripeEvent[] {
  return inOrder(
    payments.flatMap((payment, index) => {
      const events: StripeEvent[] = [];
      let second = firstSecond + Math.floor(random() * 1000);
      const add = (type: string, object: Json, id = `evt_p${index}_${events.length}`): void => {
        // Often several things happen within one second.
        second += Math.floor(random() * 3);
        events.push(eventOf(id, type, object, second));
      };
      const intent = (status: string, more: Json = {}): Json => ({
        object: "payment_intent",
        id: `pi_${index}`,
        status,
        amount: payment.amount,
        currency: "usd",
        livemode: false,
        metadata: { lml_payment_intent_id: payment.id },
        ...more,
      });
      const charge = (id: string, status: string): Json => ({
        ...chargeOf(index, id, 0),
        status,
      });
      add("payment_intent.created", intent("requires_payment_method"));
      for (let attempt = Math.floor(random() * 3); attempt > 0; attempt -= 1) {
        if (random() < 0.5) add("payment_intent.requires_action", intent("requires_action"));
        const error = {
          code: "card_declined",
          decline_code: `declined_${attempt}`,
          message: "No.",
        };
        add("charge.failed", charge(`ch_${index}_${attempt}`, "failed"));
        add(
          "payment_intent.payment_failed",
          intent("requires_payment_method", { last_payment_error: error }),
        );
      }
      if (random() < 0.05) add("refund.created", unaskedRefund(index));
      if (random() < 0.05) {
        add("payment_intent.succeeded", intent("succeeded", { amount: payment.amount - 1 }));
      }
      if (random() < 0.05) {
        add("payment_intent.succeeded", intent("succeeded", { currency: "eur" }));
      }
      if (random() < 0.1) {
        add("payment_intent.succeeded", {
          ...intent("succeeded"),
          id: `pi_x${index}`,
          metadata: {},
        });
        add("charge.succeeded", {
          ...charge(`ch_x${index}`, "succeeded"),
          payment_intent: `pi_x${index}`,
        });
        add("customer.created", { object: "customer", id: `cus_${index}` });
      }
      if (random() < 0.5) add("payment_intent.processing", intent("processing"));
      const last = `evt_p${index}_last`;
      if (isPaid(index)) {
        add("charge.succeeded", charge(`ch_${index}`, "succeeded"));
        add(
          "payment_intent.succeeded",
          intent("succeeded", { amount_received: payment.amount }),
          last,
        );
        add("charge.updated", charge(`ch_${index}`, "succeeded"));
      } else if (index % 10 < 9) {
        add("payment_intent.canceled", intent("canceled"), last);
      } else {
        add("payment_intent.requires_action", intent("requires_action"), last);
      }
      return events;
    }),
  );
}

/** What Stripe tells of refunds: some come back from the bank. */
function refundEvents(refunds: readonly Refund[]): StripeEvent[] {
  const random = randomOf(2);
  return inOrder(
    refunds.flatMap(({ id, payment, amount }) => {
      const start = firstSecond + 10_000 + Math.floor(random() * 1000);
      const refund = (status: string): Json => ({
        object: "refund",
        id: `re_${payment}`,
        status,
        amount,
        currency: "usd",
        payment_intent: `pi_${payment}`,
        metadata: { lml_refund_id: id },
      });
      const told: (readonly [type: string, object: Json])[] = [
        ["refund.created", refund("pending")],
        ["charge.refunded", chargeOf(payment, `ch_${payment}`, amount)],
        ["refund.updated", refund("succeeded")],
        ...(random() < 0.1
          ? [["refund.updated", { ...refund("succeeded"), amount: amount + 1 }] as const]
          : []),
        ...(random() < 0.2 ? [["refund.failed", refund("failed")] as const] : []),
      ];
      return told.map(([type, object], place) =>
        eventOf(`evt_r${payment}_${place}`, type, object, start + place),
      );
    }),
  );
}

function isPaid(index: number): boolean {
  return index % 10 < 7;
}

function chargeOf(index: number, id: string, refunded: number): Json {
  return {
    object: "charge",
    id,
    status: "succeeded",
    payment_intent: `pi_${index}`,
    amount: payments[index]?.amount ?? 0,
    amount_refunded: refunded,
    currency: "usd",
    livemode: false,
    metadata: {},
  };
}

/** Somebody returned a payment by hand, at Stripe. */
function unaskedRefund(index: number): Json {
  return {
    object: "refund",
    id: `re_by_hand_${index}`,
    status: "succeeded",
    amount: 1,
    currency: "usd",
    payment_intent: `pi_${index}`,
    metadata: {},
  };
}

function eventOf(id: string, type: string, object: Json, created: number): StripeEvent {
  return {
    id,
    object: "event",
    api_version: Stripe.API_VERSION,
    type,
    created,
    livemode: false,
    data: { object },
  };
}

function inOrder(events: readonly StripeEvent[]): StripeEvent[] {
  return events.toSorted((a, b) => a.created - b.created);
}

/** Applies events on one connection, as if each had come and been applied before the next one. */
async function applyOneByOne(owner: pg.Client, events: readonly StripeEvent[]): Promise<void> {
  await putIntoInbox(owner, events);
  const ids = events.map(({ id }) => id);
  // Not in one transaction, in which every row would keep all its versions.
  for (let first = 0; first < ids.length; first += 100) {
    await owner.query(
      `select app_private.apply_stripe_event(e.id)
      from unnest($1::text[]) with ordinality as e (id, place) order by e.place`,
      [ids.slice(first, first + 100)],
    );
  }
  await retryParked(owner);
}

/** Without jobs. */
async function putIntoInbox(owner: pg.Client, events: readonly StripeEvent[]): Promise<void> {
  await owner.query(
    `insert into app_private.stripe_events (id, type, livemode, stripe_created_at, payload)
    select e ->> 'id', e ->> 'type', false, to_timestamp((e ->> 'created')::bigint), e
    from jsonb_array_elements($1) as e`,
    [JSON.stringify(events)],
  );
}

/** Tries once more what waits, as the sweep does. */
async function retryParked(owner: pg.Client): Promise<void> {
  await owner.query(
    "select app_private.apply_stripe_event(id) from app_private.stripe_events where outcome = 'parked'",
  );
}

/** The organization returns a part of every second payment. */
async function queueRefunds(owner: pg.Client): Promise<Refund[]> {
  const random = randomOf(3);
  const refunds: Refund[] = [];
  for (const [index, { id, amount }] of payments.entries()) {
    if (!isPaid(index) || random() < 0.5) continue;
    const part = 1 + Math.floor(random() * amount);
    const { rows } = await owner.query<{ id: string }>(
      `select app_private.queue_refund(p, $2, 'customer_request') as id
      from app_public.payment_intents as p where p.id = $1`,
      [id, part],
    );
    refunds.push({ id: rows[0]?.id ?? "", payment: index, amount: part });
  }
  await owner.query(
    `delete from graphile_worker._private_jobs where task_id = (
      select id from graphile_worker._private_tasks where identifier = 'refund__create'
    )`,
  );
  return refunds;
}

type Deliver = (events: readonly StripeEvent[]) => Promise<void>;

/** Runs a server and a worker on a database, and sends events to them from all sides. */
async function storm(
  database: TestDatabase,
  random: Random,
  action: (deliver: Deliver, owner: pg.Client) => Promise<void>,
): Promise<{ events: number; deliveries: number; forged: number }> {
  const counts = { events: 0, deliveries: 0, forged: 0 };
  const owner = await database.connect("lml_owner");
  const server = await startServer({
    databaseUrl: database.url("lml_authenticator"),
    stripe: testStripe,
    logLevel: "silent",
  });
  let worker: RunningWorker | undefined;
  try {
    worker = await startWorker({
      databaseUrl: database.url("lml_worker"),
      stripe: { secretKey: testStripe.secretKey, apiBase: "http://127.0.0.1:1" },
      log: () => undefined,
    });
    await action(async (events) => {
      const posts = shuffled(
        events.flatMap((event) => [
          ...Array.from({ length: copies(random) }, () => ({ event, kind: "true" as const })),
          ...(random() < 0.02 ? [{ event, kind: "forged" as const }] : []),
          ...(random() < 0.02 ? [{ event, kind: "stale" as const }] : []),
        ]),
        random,
      );
      counts.events += events.length;
      counts.deliveries += posts.length;
      counts.forged += posts.filter(({ kind }) => kind !== "true").length;
      let next = 0;
      const sender = async (): Promise<void> => {
        for (let post = posts[next++]; post !== undefined; post = posts[next++]) {
          const status = await send(server.url, post.event, post.kind);
          expect(status).toBe(post.kind === "true" ? 200 : 400);
        }
      };
      await Promise.all(Array.from({ length: senderCount }, sender));
      await settled(owner);
      await retryParked(owner);
    }, owner);
  } finally {
    await worker?.stop();
    await server.close();
    await owner.end();
  }
  return counts;
}

/** One to five, mostly few. */
function copies(random: Random): number {
  return 1 + Math.floor(5 * random() * random());
}

async function send(
  url: string,
  event: StripeEvent,
  kind: "true" | "forged" | "stale",
): Promise<number> {
  // Somebody who forges an event says that everything is paid.
  const payload = JSON.stringify(
    kind === "true" ? event : { ...event, id: `${event.id}_${kind}` },
  ).replace(kind === "true" ? "" : "requires_payment_method", kind === "true" ? "" : "succeeded");
  const signature = stripe.webhooks.generateTestHeaderString({
    payload,
    secret: kind === "forged" ? "whsec_of_somebody_else" : testStripe.webhookSecret,
    timestamp: Math.floor(Date.now() / 1000) - (kind === "stale" ? 3_600 : 0),
  });
  const response = await fetch(`${url}/stripe/webhook`, {
    method: "POST",
    headers: { "content-type": "application/json", "stripe-signature": signature },
    body: payload,
  });
  await response.arrayBuffer();
  return response.status;
}

/** Waits until every event of the inbox has been tried. */
async function settled(owner: pg.Client): Promise<void> {
  const deadline = Date.now() + 120_000;
  for (;;) {
    const { rows } = await owner.query<{ jobs: number }>(
      `select count(*)::int as jobs from graphile_worker._private_jobs as j
      join graphile_worker._private_tasks as t on t.id = j.task_id
      where t.identifier = 'stripe_event__apply'`,
    );
    if (rows[0]?.jobs === 0) return;
    if (Date.now() > deadline) throw new Error(`${rows[0]?.jobs} events were not applied.`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function replay(owner: pg.Client): Promise<void> {
  let last: string | null = null;
  do {
    const { rows }: pg.QueryResult<{ last: string | null }> = await owner.query(
      "select app_private.reapply_stripe_events($1, 100) as last",
      [last],
    );
    last = rows[0]?.last ?? null;
  } while (last !== null);
}

interface State {
  readonly hash: string;
  readonly counts: unknown;
}

/** Everything that events may change, without ids and times that are drawn anew in each database. */
async function stateOf(owner: pg.Client): Promise<State> {
  const { rows } = await owner.query<State>(
    `with state (kind, line) as (
      select 'payment ' || p.status, concat_ws('|', p.id, p.stripe_payment_intent_id,
        p.stripe_status, p.stripe_charge_id, p.received_cents, p.refunded_cents, p.failure_code,
        p.failure_message, p.canceled_at is null)
      from app_public.payment_intents as p
      union all
      select 'refund ' || r.status, concat_ws('|', r.payment_intent_id, r.amount_cents,
        r.stripe_refund_id)
      from app_public.refunds as r
      union all
      select 'booking ' || b.status, b.id::text from app_public.bookings as b
      union all
      select 'seat ' || s.status, concat_ws('|', s.seat_no, s.booking_id)
      from app_public.seat_booking_state as s
      union all
      select 'ticket', concat_ws('|', t.booking_id, t.seat_no, t.status) from app_public.tickets as t
      union all
      select 'balance', concat_ws('|', t.booking_id, a.kind, sum(e.amount_cents))
      from app_public.ledger_entries as e
      join app_public.ledger_accounts as a on a.id = e.account_id
      join app_public.ledger_transactions as t on t.id = e.transaction_id
      group by t.booking_id, a.kind
      having sum(e.amount_cents) <> 0
      union all
      select 'finding', concat_ws('|', f.kind, case when f.kind <> 'refund_failed' then f.subject end,
        f.booking_id, (select string_agg(i, ',' order by i) from unnest(f.stripe_event_ids) as i))
      from app_public.payment_findings as f
      union all
      select 'event ' || coalesce(e.outcome, 'unapplied'), concat_ws('|', e.id, e.reason)
      from app_private.stripe_events as e
      union all
      select 'declined', concat_ws('|', d.booking_id, d.stripe_event_id)
      from app_private.payment_failure_signals as d
    )
    select encode(sha256(string_agg(kind || ' ' || line, e'\\n' order by kind, line)::bytea), 'hex')
        as hash,
      (select jsonb_object_agg(kind, n) from (
        select kind, count(*) as n from state group by kind
      ) as k) as counts
    from state`,
  );
  if (rows[0] === undefined) throw new Error("There is no state.");
  return rows[0];
}

/** Connects for a moment, so that nobody is connected when the database is copied. */
async function onClient<Result>(
  database: TestDatabase,
  action: (owner: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({ connectionString: database.url("lml_owner") });
  await client.connect();
  try {
    return await action(client);
  } finally {
    await client.end();
  }
}

function shuffled<Item>(items: readonly Item[], random: Random): Item[] {
  return items
    .map((item) => ({ item, key: random() }))
    .toSorted((a, b) => a.key - b.key)
    .map(({ item }) => item);
}

/** Mulberry32. */
function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
