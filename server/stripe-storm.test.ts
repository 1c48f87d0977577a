// If this failed, it would depend on the order and number of Stripe's events who has paid and who has a ticket.
import pg from "pg";
import Stripe from "stripe";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addPerformance, createTheatre } from "../bench/theatre.ts";
import { testDatabase, type TestDatabase } from "../db/tests/harness.ts";
import { type RunningWorker, startWorker } from "../worker/worker.ts";
import { serve, testStripe } from "./testing.ts";
import {
  type Account,
  accountEvents,
  disputeEvents,
  inOrder,
  isPaid,
  type Payment,
  paymentEvents,
  type Payout,
  type Random,
  randomOf,
  type Refund,
  refundEvents,
  shuffled,
  type StripeEvent,
  transferEvents,
} from "./testing-stripe-events.ts";

const paymentCount = 200;
const senderCount = 8;
const payoutCount = 20;
const accountCount = 12;

/** Another storm in each run. */
const seed = Number(process.env["LML_SEED"] ?? Date.now() % 2 ** 31);

let world: TestDatabase;
/** What is left of the events before refunds, with what was asked of Stripe since then, and no news of it. */
let interlude: TestDatabase;
let payments: readonly Payment[];
let payouts: readonly Payout[];
/** What was told before anything was returned or taken back, and afterwards. */
let history: readonly StripeEvent[];
/** What is left when each event is applied before the next one happens. */
let expected: {
  readonly halfway: State;
  readonly end: State;
  readonly inbox: readonly StripeEvent[];
  readonly violated: readonly unknown[];
};
const stripe = new Stripe(testStripe.secretKey);

beforeAll(async () => {
  world = await testDatabase();
  const { accounts, ...asked } = await onClient(world, askForMoney);
  ({ payments, payouts } = asked);
  history = inOrder([
    ...paymentEvents(payments, randomOf(1)),
    ...disputeEvents(payments, "early"),
    ...transferEvents(payouts, "early"),
    ...accountEvents(accounts),
  ]);
  await using calm = await testDatabase(world);
  const { halfway, later } = await onClient(calm, async (owner) => {
    await applyOneByOne(owner, history);
    return { halfway: await stateOf(owner), later: await giveBack(owner) };
  });
  interlude = await testDatabase(calm);
  expected = await onClient(calm, async (owner) => {
    await applyOneByOne(owner, later);
    const { rows } = await owner.query(
      `select distinct invariant from app_public.check_invariants()
      -- A part of these bookings was returned, and nobody has canceled a ticket for it.
      where invariant <> 'confirmed_booking_is_paid'`,
    );
    return { halfway, end: await stateOf(owner), inbox: await inboxOf(owner), violated: rows };
  });
});

afterAll(async () => {
  await interlude.drop();
  await world.drop();
});

describe(`a storm of events, LML_SEED=${seed}`, () => {
  test("leaves what they leave one by one", async () => {
    process.stdout.write(`storm: LML_SEED=${seed}\n`);
    const random = randomOf(seed);
    await using database = await testDatabase(world);
    const sent = await storm(database, random, async (deliver, owner) => {
      await deliver(history);
      expectState(await stateOf(owner), expected.halfway);
      const later = await giveBack(owner);
      // What was told before comes again among the news of refunds.
      await deliver([...history.filter(() => random() < 0.2), ...later]);
      expectState(await stateOf(owner), expected.end);
      await replay(owner);
      expectState(await stateOf(owner), expected.end);
    });
    expect(sent.events).toBeGreaterThan(1_200);
    expect(sent.deliveries).toBeGreaterThan(2_000);
    expect(sent.forged).toBeGreaterThan(15);
  }, 180_000);
});

test("what they leave one by one is consistent", () => {
  expect(expected.violated).toEqual([]);
  expect(expected.end.counts).toMatchObject({
    "payment succeeded": 140,
    "payout paid": 16,
    "payout in_transit": 4,
    "reversal succeeded": expect.any(Number),
    "dispute won": expect.any(Number),
    "dispute lost": expect.any(Number),
    "dispute under_review": expect.any(Number),
    "dispute warning_closed": expect.any(Number),
    "account cut off": 4,
    "account at work": expect.any(Number),
  });
});

describe("a replay of the raw inbox", () => {
  test("rebuilds the state where nothing is known", async () => {
    await using database = await testDatabase(world);
    const state = await onClient(database, async (owner) => {
      await putIntoInbox(owner, history.toReversed());
      await replay(owner);
      return await stateOf(owner);
    });
    expectState(state, expected.halfway);
  });

  test("rebuilds it from before refunds and reversals, with every kind of object", async () => {
    expect([...new Set(expected.inbox.map(objectOf))].toSorted()).toEqual([
      "account",
      "application",
      "charge",
      "customer",
      "dispute",
      "payment_intent",
      "payout",
      "refund",
      "transfer",
    ]);
    await using database = await testDatabase(interlude);
    const [before, state] = await onClient(database, async (owner) => {
      const known = await stateOf(owner);
      await putIntoInbox(owner, expected.inbox.toReversed());
      await replay(owner);
      return [known, await stateOf(owner)];
    });
    expect(before.hash).not.toBe(expected.end.hash);
    expectState(state, expected.end);
  });
});

test("the state would tell if an event were lost, and does not mind when it comes last", async () => {
  const lost = ["evt_p7_last", "evt_dp_0_0_0", "evt_tr0_early_0", "evt_a0_0"];
  const late = history.filter(({ id }) => lost.includes(id));
  expect(late).toHaveLength(lost.length);
  await using database = await testDatabase(world);
  await onClient(database, async (owner) => {
    await applyOneByOne(
      owner,
      history.filter((event) => !late.includes(event)),
    );
    let { hash } = await stateOf(owner);
    for (const event of late) {
      await applyOneByOne(owner, [event]);
      const state = await stateOf(owner);
      expect(state.hash, event.id).not.toBe(hash);
      ({ hash } = state);
    }
    expect(hash).toBe(expected.halfway.hash);
  });
});

interface Asked {
  readonly payments: readonly Payment[];
  readonly payouts: readonly Payout[];
  readonly accounts: readonly Account[];
}

/** As many guests as there are payments start to pay for a seat each, and money is on its way to the organization. */
async function askForMoney(owner: pg.Client): Promise<Asked> {
  const theatre = await createTheatre(owner, paymentCount);
  await owner.query("update app_public.organization_settings set subscription_tier = 'enterprise'");
  const performanceId = await addPerformance(owner, theatre);
  const accounts = await openAccounts(owner, theatre.organizationId);
  const sent = await sendPayouts(owner, theatre.organizationId);
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
  return { payments: rows, payouts: sent, accounts };
}

/** Promoters whose accounts are made: of every second one Stripe's answer was lost, and events tell its id. */
async function openAccounts(owner: pg.Client, organization: string): Promise<Account[]> {
  const accounts: Account[] = [];
  for (let index = 0; index < accountCount; index += 1) {
    const stripeId = `acct_${index}`;
    const { rows } = await owner.query<{ id: string }>(
      `select (app_public.open_payout_account(
        $1, 'US', 'promoter@example.com', (app_public.create_promoter($1, $2)).id
      )).id`,
      [organization, `Promoter ${index}`],
    );
    const id = rows[0]?.id ?? "";
    if (index % 2 === 0) {
      await owner.query("select app_private.record_stripe_account($1, $2, null)", [id, stripeId]);
    }
    accounts.push({ id, stripeId });
  }
  return accounts;
}

/** Payouts of which Stripe was asked, and has not answered. */
async function sendPayouts(owner: pg.Client, organization: string): Promise<Payout[]> {
  await owner.query("update app_public.organizations set verification_status = 'verified'");
  await owner.query(
    `insert into app_public.stripe_accounts (
      organization_id, country, email, stripe_account_id, payout_enabled, transfers_enabled
    )
    values ($1, 'US', 'theatre@example.com', 'acct_theatre', true, true)`,
    [organization],
  );
  const sent: Payout[] = [];
  for (let index = 0; index < payoutCount; index += 1) {
    const amount = 5_000 + index;
    await owner.query(
      `select app_private.post_to_ledger(
        $1, null, 'USD', 'adjustment:' || uuidv7(), 'A gesture',
        '{organizer_payable,adjustments}', array[-$2::bigint, $2]
      )`,
      [organization, amount],
    );
    const { rows } = await owner.query<{ id: string }>(
      `select (app_private.queue_payout(app_private.make_payout(
        $1, null, 'USD', clock_timestamp(), null
      ))).id`,
      [organization],
    );
    const id = rows[0]?.id ?? "";
    const begun = await owner.query<{ amount: number }>(
      "select (app_private.begin_payout($1) ->> 'amount')::int as amount",
      [id],
    );
    expect(begun.rows).toEqual([{ amount }]);
    sent.push({ id, amount, destination: "acct_theatre", reversed: 0 });
  }
  return sent;
}

/** The organization returns money, and gives some of its own back; returns what Stripe tells from then on. */
async function giveBack(owner: pg.Client): Promise<StripeEvent[]> {
  const refunds = await queueRefunds(owner);
  const reversed = await reversePayouts(owner);
  return inOrder([
    ...refundEvents(payments, refunds),
    ...disputeEvents(payments, "late"),
    ...transferEvents(reversed, "late"),
  ]);
}

/** Half of every third payout that was paid comes back, and Stripe has said so. */
async function reversePayouts(owner: pg.Client): Promise<Payout[]> {
  const reversed: Payout[] = [];
  for (const [index, payout] of payouts.entries()) {
    const amount = index % 3 === 0 ? Math.floor(payout.amount / 2) : 0;
    const { rows } = await owner.query<{ id: string }>(
      `with reversal as (
        insert into app_public.payout_reversals (
          organization_id, payout_id, amount_cents, reason, requested_by
        )
        select p.organization_id, p.id, $2::bigint, 'x', m.user_id
        from app_public.payouts as p
        join app_public.organization_members as m on m.organization_id = p.organization_id
        where p.id = $1 and p.status = 'paid' and $2::bigint > 0
        returning id, payout_id
      ),
      reversed as (
        update app_public.payouts as p set reversed_cents = $2::bigint
        from reversal as r where p.id = r.payout_id
      )
      select id from reversal`,
      [payout.id, amount],
    );
    const id = rows[0]?.id;
    if (id !== undefined) {
      await owner.query("select app_private.record_payout_reversal($1, $2, $3, null)", [
        id,
        `trr_${index}`,
        `txn_trr_${index}`,
      ]);
    }
    // Nothing is told of a transfer that was never seen.
    if (index % 5 !== 4) reversed.push({ ...payout, reversed: id === undefined ? 0 : amount });
  }
  return reversed;
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
    from jsonb_array_elements($1) as e
    on conflict do nothing`,
    [JSON.stringify(events)],
  );
}

/** What is kept of all that came, as it came. */
async function inboxOf(owner: pg.Client): Promise<StripeEvent[]> {
  const { rows } = await owner.query<{ payload: StripeEvent }>(
    "select payload from app_private.stripe_events order by id",
  );
  return rows.map(({ payload }) => payload);
}

function objectOf({ data }: StripeEvent): unknown {
  return (data as { readonly object: { readonly object: unknown } }).object.object;
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
    // Of what is disputed nothing is returned.
    if (!isPaid(index) || index % 10 < 2 || random() < 0.4) continue;
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
  const server = await serve(database);
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

/** Waits until every event of the inbox has been tried, and those that are parked once more after all others. */
async function settled(owner: pg.Client): Promise<void> {
  await nothingIsDue(owner);
  await owner.query(
    `update graphile_worker._private_jobs as j set run_at = now()
    from graphile_worker._private_tasks as t
    where t.id = j.task_id and t.identifier = 'stripe_event__apply'`,
  );
  await nothingIsDue(owner);
}

async function nothingIsDue(owner: pg.Client): Promise<void> {
  const deadline = Date.now() + 120_000;
  for (;;) {
    const { rows } = await owner.query<{ jobs: number }>(
      `select count(*)::int as jobs from graphile_worker._private_jobs as j
      join graphile_worker._private_tasks as t on t.id = j.task_id
      where t.identifier = 'stripe_event__apply' and j.run_at <= now()`,
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
  /** What the hash is of. */
  readonly lines: readonly string[];
}

/** Everything that events may change, without ids and times that are drawn anew in each database. */
async function stateOf(owner: pg.Client): Promise<State> {
  const { rows } = await owner.query<State>(
    `with state (kind, line) as (
      select 'payment ' || p.status, concat_ws('|', p.id, p.stripe_payment_intent_id,
        p.stripe_status, p.stripe_charge_id, p.received_cents, p.refunded_cents, p.disputed_cents, p.failure_code,
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
      select 'dispute ' || d.status, concat_ws('|', d.stripe_dispute_id, d.booking_id, d.amount_cents,
        d.counted_cents, d.withdrawn_cents, d.reinstated_cents, d.lost_cents, d.posted_loss_cents,
        d.fee_cents, d.charged_fee_cents, d.stripe_news, d.evidence_submitted_at is null)
      from app_public.disputes as d
      union all
      select 'payout ' || p.status, concat_ws('|', p.id, p.net_payout_cents, p.reversed_cents,
        p.stripe_transfer_id)
      from app_public.payouts as p
      union all
      select 'reversal ' || r.status, concat_ws('|', r.payout_id, r.amount_cents, r.stripe_reversal_id)
      from app_public.payout_reversals as r
      union all
      select case when a.deauthorized_at is not null then 'account cut off'
          when a.payout_enabled then 'account at work' else 'account waits' end,
        concat_ws('|', a.id, a.stripe_account_id, a.stripe_onboarding_completed, a.charges_enabled,
        a.transfers_enabled, a.requirements_due, a.disabled_reason, a.stripe_news,
        extract(epoch from a.deauthorized_at))
      from app_public.stripe_accounts as a
      union all
      select 'movement', concat_ws('|', m.booking_id, m.transaction_type, m.net_amount_cents,
        m.stripe_balance_transaction_id)
      from app_public.payment_transactions as m
      union all
      select 'taken back', concat_ws('|', r.booking_id, r.kind, r.status, r.reason, r.amount_cents)
      from app_public.refund_requests as r
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
      -- What was too much until a refund failed, or until a dispute was won, depends on what came first.
      where f.kind <> 'dispute_exceeds_payment'
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
      ) as k) as counts,
      (select array_agg(concat_ws(' ', kind, line)) from state) as lines
    from state`,
  );
  if (rows[0] === undefined) throw new Error("There is no state.");
  return rows[0];
}

/** The same state, and if not, which lines differ. */
function expectState(state: State, wanted: State): void {
  const differences = new Set(state.lines).symmetricDifference(new Set(wanted.lines));
  expect([...differences].toSorted()).toEqual([]);
  expect(state.hash).toBe(wanted.hash);
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
