// If this failed, money could be missing, or be there twice, and nobody would hear of it.
import type pg from "pg";
import type Stripe from "stripe";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { isGivenAnew, silenceClock, until } from "../db/tests/harness.ts";
import type { Booking, LastMinuteLive, Performance } from "../sdk/index.ts";
import { freeSeats, startOfficeWithShow, type TestOffice } from "../sdk/testing-office.ts";
import { reconcile, type Reconciliation, type ReconciliationRun } from "./reconcile.ts";
import { stripeClient } from "./stripe.ts";

let office: TestOffice;
let organizer: LastMinuteLive;
let performance: Performance;
let owner: pg.Client;
let superuser: pg.Client;
let pool: pg.Pool;
let stripe: Stripe;

beforeAll(async () => {
  ({ office, organizer, performance } = await startOfficeWithShow());
  await silenceClock(office.database, "payment__reconcile");
  owner = await office.database.connect("lml_owner");
  superuser = await office.database.connect("superuser");
  // What is planted is what no program would write: no trigger is asked.
  await superuser.query("set session_replication_role = replica");
  pool = office.database.pool("lml_worker", 4);
  stripe = stripeClient({ secretKey: "sk_test_sdk", apiBase: office.standIn.url });
});

afterAll(() => office[Symbol.asyncDispose]());

let isSpoiled = false;
afterEach(async () => {
  if (isSpoiled) return;
  const violated = await rowsOf("select invariant, detail from app_public.check_invariants()");
  if (violated.length > 0) throw new Error(JSON.stringify(violated));
});

async function rowsOf<Row extends pg.QueryResultRow>(
  text: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  return (await owner.query<Row>(text, [...values])).rows;
}

async function compare(options: Partial<Reconciliation> = {}): Promise<ReconciliationRun> {
  return await reconcile({ stripe, database: pool, graceMinutes: 0, ...options });
}

interface Finding {
  readonly id: string;
  readonly kind: string;
  readonly subject: string;
  readonly organization_id: string | null;
  readonly booking_id: string | null;
  readonly detail: {
    readonly stripe?: Readonly<Record<string, unknown>>;
    readonly books?: Readonly<Record<string, unknown>>;
    readonly payment?: Readonly<Record<string, unknown>>;
  };
}

/** What nobody has closed, and is still there. */
async function findings(): Promise<Finding[]> {
  return await rowsOf<Finding>(
    `select id, kind, subject, organization_id, booking_id, detail
    from app_public.payment_findings
    where resolved_at is null and gone_at is null and kind like 'reconciliation%'
    order by kind, subject`,
  );
}

async function held(buyer: LastMinuteLive): Promise<Booking> {
  const booking = await buyer.hold(performance, await freeSeats(buyer, performance, 1));
  return await buyer.startCheckout(booking, { email: "ada@example.com" });
}

async function buy(): Promise<Booking> {
  const buyer = office.client();
  return await buyer.pay(await held(buyer), { testCard: "visa" });
}

interface Movement extends pg.QueryResultRow {
  readonly id: string;
  readonly ledger_transaction_id: string;
  readonly payment_intent_id: string;
  readonly stripe_id: string | null;
  readonly status: string;
}

async function movementOf(booking: { readonly id: string }, type = "payment"): Promise<Movement> {
  const [movement] = await rowsOf<Movement>(
    `select id, ledger_transaction_id, payment_intent_id,
      stripe_balance_transaction_id as stripe_id, reconciliation_status::text as status
    from app_public.payment_transactions where booking_id = $1 and transaction_type::text = $2`,
    [booking.id, type],
  );
  if (movement === undefined) throw new Error(`There is no ${type} of ${booking.id}.`);
  return movement;
}

/** Has somebody close a finding, as the platform's staff would. */
async function close(finding: Finding): Promise<void> {
  await owner.query(
    `update app_public.payment_findings set resolved_at = now(), resolution_note = 'Known.',
      resolved_by = (select id from app_public.users limit 1) where id = $1`,
    [finding.id],
  );
}

test("what agrees is matched, with its fees, and nothing is found", async () => {
  const booking = await buy();
  await buy();
  const run = await compare();
  expect(run.status).toBe("completed");
  expect(await findings()).toEqual([]);
  expect(
    await rowsOf(
      `select transaction_type::text as type, reconciliation_status::text as status,
        gross_amount_cents::int as gross, fee_amount_cents::int as fee,
        reconciliation_run_id = $2 as is_of_run
      from app_public.payment_transactions where booking_id = $1 order by 1 desc`,
      [booking.id, run.id],
    ),
  ).toEqual([
    { type: "payment", status: "matched", gross: 5000, fee: 0, is_of_run: true },
    { type: "fee", status: "matched", gross: 0, fee: 175, is_of_run: true },
  ]);
  expect(
    await rowsOf(
      `select currency, stripe_count, stripe_gross_cents::int, stripe_fee_cents::int,
        book_net_cents::int, difference_cents::int, matched_count, finding_count
      from app_public.reconciliation_results where run_id = $1 and organization_id = $2`,
      [run.id, performance.organizationId],
    ),
  ).toEqual([
    {
      currency: "EUR",
      stripe_count: 2,
      stripe_gross_cents: 10_000,
      stripe_fee_cents: 350,
      book_net_cents: 9650,
      difference_cents: 0,
      matched_count: 4,
      finding_count: 0,
    },
  ]);
  expect(
    await rowsOf(
      `select currency, stripe_cents::int, book_cents::int, unexplained_cents::int, is_certain
      from app_public.reconciliation_balances where run_id = $1 and currency = 'EUR'`,
      [run.id],
    ),
  ).toEqual([
    {
      currency: "EUR",
      stripe_cents: 9650,
      book_cents: 9650,
      unexplained_cents: 0,
      is_certain: true,
    },
  ]);
});

test("a refund by hand at Stripe is found, booked by a person, and then agrees", async () => {
  const booking = await buy();
  await compare();
  const [intent] = await rowsOf<{ id: string }>(
    "select stripe_payment_intent_id as id from app_public.payment_intents where booking_id = $1",
    [booking.id],
  );
  const byHand = await stripe.refunds.create({ payment_intent: intent?.id ?? "", amount: 1200 });
  const told = async (): Promise<Finding | undefined> =>
    (
      await rowsOf<Finding>(
        "select * from app_public.payment_findings where kind = 'refund_not_asked_for' and subject = $1",
        [byHand.id],
      )
    )[0];
  await expect.poll(async () => (await told())?.booking_id).toBe(booking.id);
  await compare();
  expect(await findings()).toMatchObject([
    { kind: "reconciliation_missing_here", organization_id: performance.organizationId },
  ]);

  const finding = await told();
  const refund = await organizer.bookUnaskedRefund({ id: finding?.id ?? "" }, "Ada did it.");
  expect(refund).toMatchObject({ status: "succeeded", amountCents: 1200 });
  await compare();
  expect(await findings()).toEqual([]);
  expect(await movementOf(booking, "refund")).toMatchObject({ status: "matched" });
  expect((await stripe.refunds.list({ payment_intent: intent?.id ?? "" })).data).toHaveLength(1);
  expect(
    await rowsOf("select status from app_private.stripe_calls where purpose = 'refund.create'"),
  ).toEqual([]);
});

test("the platform's own money, and what Stripe bills to it, is no difference", async () => {
  await office.standIn.control.addFunds(100_000, "eur");
  await office.standIn.control.chargeFee(900, "eur", "Radar");
  await compare();
  expect(await findings()).toEqual([]);
});

test("what goes to the platform's bank is known though its news were lost, and when it comes back", async () => {
  const { control } = office.standIn;
  const toBank = async (): Promise<number> => {
    const run = await compare();
    const [balance] = await rowsOf<{ bank: number }>(
      `select bank_cents::int as bank from app_public.reconciliation_balances
      where run_id = $1 and currency = 'EUR' and unexplained_cents = 0`,
      [run.id],
    );
    return balance?.bank ?? Number.NaN;
  };
  const payout = await stripe.payouts.create({ amount: 30_000, currency: "eur" });
  await control.settlePayout(payout.id, "succeeded");
  await control.settled();
  control.deliveries({ drop: 100 });
  const untold = await stripe.payouts.create({ amount: 20_000, currency: "eur" });
  await control.settlePayout(untold.id, "succeeded");
  await control.settled();
  control.deliveries({ drop: 0 });
  expect(await toBank()).toBe(50_000);
  expect(await findings()).toEqual([]);
  expect(
    await rowsOf("select id, status from app_private.platform_payouts order by amount_cents"),
  ).toEqual([
    { id: untold.id, status: "paid" },
    { id: payout.id, status: "paid" },
  ]);
  await control.settlePayout(payout.id, "failed");
  await until(async () => {
    const told = await rowsOf(
      "select subject from app_public.payment_findings where kind = 'bank_payout_failed'",
    );
    return told.length > 0 ? told : null;
  });
  expect(await toBank()).toBe(20_000);
  expect(await findings()).toEqual([]);
});

test("a charge that was made outside is found, and nobody's", async () => {
  const intent = await stripe.paymentIntents.create({
    amount: 4_200,
    currency: "eur",
    confirm: true,
    payment_method: "pm_card_visa",
    allowed_payment_method_types: ["card"],
  });
  await compare();
  const [finding, ...others] = await findings();
  expect(others).toEqual([]);
  expect(finding).toMatchObject({
    kind: "reconciliation_missing_here",
    organization_id: null,
    detail: { stripe: { amount_cents: 4_200, currency: "EUR", type: "charge" } },
  });
  expect(finding?.detail.stripe).toMatchObject({
    id: finding?.subject,
    source: intent.latest_charge,
    payment_intent: intent.id,
  });
  if (finding === undefined) throw new Error("Nothing was found.");
  // Closed by somebody who knows, it is not found again, as nothing has changed.
  await close(finding);
  await compare();
  expect(await findings()).toEqual([]);
});

test("a payment of which Stripe's news were lost is found with its booking, until they come", async () => {
  const { control } = office.standIn;
  const buyer = office.client();
  const booking = await held(buyer);
  const intentId = await until(() => intentOf(booking));
  await control.settled();
  control.deliveries({ drop: 100 });
  await stripe.paymentIntents.confirm(intentId, {
    payment_method: "pm_card_visa",
    return_url: "https://shop.example/",
  });
  await compare();
  const [finding, ...others] = await findings();
  expect(others).toEqual([]);
  expect(finding).toMatchObject({
    kind: "reconciliation_missing_here",
    organization_id: performance.organizationId,
    booking_id: booking.id,
    detail: { stripe: { amount_cents: 5000 }, payment: { status: "pending" } },
  });
  control.deliveries({ drop: 0 });
  control.redeliver();
  await buyer.waitForConfirmation(booking);
  await compare();
  expect(await findings()).toEqual([]);
  expect(await movementOf(booking)).toMatchObject({ status: "matched" });
  // It stays with what became of it.
  expect(
    await rowsOf(
      `select gone_at is not null as is_gone, resolved_at is not null as is_closed
      from app_public.payment_findings where id = $1`,
      [finding?.id],
    ),
  ).toEqual([{ is_gone: true, is_closed: false }]);
});

/** What is planted in the movement of a sale, what is found, and how it is undone. */
const plants = [
  [
    "another amount",
    "gross_amount_cents = gross_amount_cents + 1, net_amount_cents = net_amount_cents + 1",
    "gross_amount_cents = gross_amount_cents - 1, net_amount_cents = net_amount_cents - 1",
    "reconciliation_amount_differs",
  ],
  ["another currency", "currency = 'USD'", "currency = 'EUR'", "reconciliation_currency_differs"],
  [
    "a posting two days late",
    "created_at = created_at + interval '2 days'",
    "created_at = created_at - interval '2 days'",
    "reconciliation_booked_late",
  ],
] as const;
test.each(plants)("a row with %s is found, and nothing else", async (_what, change, undo, kind) => {
  const booking = await buy();
  await compare();
  const movement = await movementOf(booking);
  const alter = async (changes: string): Promise<void> => {
    await superuser.query(
      `update app_public.payment_transactions set ${changes} where id = '${movement.id}'`,
    );
  };
  await alter(change);
  await compare();
  const found = await findings();
  expect(found.map((one) => [one.kind, one.subject, one.booking_id])).toEqual([
    [kind, movement.stripe_id, booking.id],
  ]);
  expect(found[0]?.detail.books?.["payment_transaction_ids"]).toContain(movement.id);
  expect(found[0]?.detail.books?.["ledger_transaction_ids"]).toContain(
    movement.ledger_transaction_id,
  );
  expect((await movementOf(booking)).status).toBe(
    kind === "reconciliation_booked_late" ? "matched" : "mismatched",
  );
  await alter(undo);
  await compare();
  expect(await findings()).toEqual([]);
  expect((await movementOf(booking)).status).toBe("matched");
});

test("a fee that is not Stripe's is found", async () => {
  const booking = await buy();
  const { payment_intent_id: id } = await movementOf(booking);
  const [charge] = await rowsOf<{ stripe_id: string }>(
    "select stripe_payment_intent_id as stripe_id from app_public.payment_intents where id = $1",
    [id],
  );
  const { latest_charge: latest } = await stripe.paymentIntents.retrieve(
    String(charge?.stripe_id),
    { expand: ["latest_charge.balance_transaction"] },
  );
  if (latest === null || typeof latest === "string") throw new Error("There is no charge.");
  const movement = latest.balance_transaction as Stripe.BalanceTransaction;
  await owner.query("select app_private.post_stripe_fee($1, 100, 4900, $2)", [id, movement.id]);
  await compare();
  const [finding, ...others] = await findings();
  expect(others).toEqual([]);
  expect(finding).toMatchObject({
    kind: "reconciliation_fee_differs",
    subject: movement.id,
    booking_id: booking.id,
    detail: { stripe: { fee_cents: 175 }, books: { fee_cents: 100 } },
  });
  if (finding !== undefined) await close(finding);
});

test("a run that was killed goes on where it was", async () => {
  await buy();
  const calls: (string | undefined)[] = [];
  const watched = stripeClient({ secretKey: "sk_test_sdk", apiBase: office.standIn.url });
  watched.on("request", ({ path }: { readonly path: string }) => {
    if (path.includes("balance_transactions")) {
      calls.push(new URL(path, "http://x").searchParams.get("starting_after") ?? undefined);
    }
  });
  let pages = 0;
  const killed = compare({
    stripe: watched,
    pageSize: 2,
    progress: () => {
      pages += 1;
      if (pages === 2) throw new Error("killed");
    },
  });
  await expect(killed).rejects.toThrow("killed");
  const [left] = await rowsOf<{ id: string; starting_after: string }>(
    "select id, starting_after from app_public.reconciliation_runs where status = 'listing'",
  );
  expect(calls.length).toBe(2);
  calls.length = 0;
  const run = await compare({ stripe: watched, pageSize: 2 });
  expect(run.id).toBe(left?.id);
  expect(calls[0]).toBe(left?.starting_after);
  expect(await findings()).toEqual([]);
  expect(
    await rowsOf(
      "select unexplained_cents::int from app_public.reconciliation_balances where run_id = $1 and currency = 'EUR'",
      [run.id],
    ),
  ).toEqual([{ unexplained_cents: 0 }]);
});

test("two at once do nothing twice", async () => {
  const booking = await buy();
  await stripe.paymentIntents.create({
    amount: 1_100,
    currency: "eur",
    confirm: true,
    payment_method: "pm_card_visa",
    allowed_payment_method_types: ["card"],
  });
  const [one, other] = await Promise.all([
    compare({ pageSize: 2 }),
    compare({ database: office.database.pool("lml_worker", 2), pageSize: 2 }),
  ]);
  expect((await findings()).map(({ kind }) => kind)).toEqual(["reconciliation_missing_here"]);
  expect(
    await rowsOf(
      "select 1 from app_public.payment_transactions where booking_id = $1 and transaction_type = 'fee'",
      [booking.id],
    ),
  ).toHaveLength(1);
  expect(
    await rowsOf(
      `select count(*)::int from app_public.reconciliation_results
      where run_id = any ($1) and organization_id is null and currency = 'EUR' group by run_id`,
      [[one.id, other.id]],
    ),
  ).toEqual([...new Set([one.id, other.id])].map(() => ({ count: 1 })));
  for (const each of await findings()) await close(each);
});

test("rate limits and outages are waited out", async () => {
  const waits: number[] = [];
  office.standIn.control.outage({ status: 429 });
  const run = await compare({
    sleep: async (milliseconds) => {
      waits.push(milliseconds);
      if (waits.length === 2) office.standIn.control.outage({ status: 503 });
      if (waits.length === 3) office.standIn.control.outage(null);
    },
  });
  expect(run.status).toBe("completed");
  expect(waits.length).toBe(3);
  expect(await findings()).toEqual([]);
});

/** A Stripe that says something else of a movement, and has the balance that follows from it. */
async function lying(change: (movement: Stripe.BalanceTransaction) => Movements): Promise<Stripe> {
  const told = await stripe.balanceTransactions
    .list({ limit: 100 })
    .autoPagingToArray({ limit: 1000 });
  const differences = told.flatMap((it) => [
    ...change(it).map(({ net, currency }) => ({ amount: net, currency })),
    { amount: -it.net, currency: it.currency },
  ]);
  const list = async (params: Stripe.BalanceTransactionListParams) => {
    const page = await stripe.balanceTransactions.list(params);
    return { ...page, data: page.data.flatMap(change) };
  };
  const retrieve = async () => {
    const balance = await stripe.balance.retrieve();
    return { ...balance, pending: [...balance.pending, ...differences] };
  };
  return Object.create(stripe, {
    balanceTransactions: { value: { list } },
    balance: { value: { retrieve } },
  }) as Stripe;
}
type Movements = readonly Stripe.BalanceTransaction[];

describe("of each kind of movement at Stripe", () => {
  const known = new Map<string, string>();

  beforeAll(async () => {
    const { control } = office.standIn;
    await buy();
    await payOutAndTakeBack();
    const returned = await buy();
    await organizer.refundTickets(returned, { reason: "customer_request", note: "They asked." });
    await until(async () => (await statusOf(returned)) === "refunded");
    const won = await dispute(await buy());
    await control.closeDispute(won, "won");
    await dispute(await buy());
    await control.settled();
    await until(async () => (await jobs()) === 0);
    await compare();
    for (const { id, source, net } of (await stripe.balanceTransactions.list({ limit: 100 }))
      .data) {
      const kind = /^[a-z]+/.exec(String(source))?.[0] ?? "";
      known.set(`${kind}${net < 0 ? "-" : "+"}`, id);
    }
  });

  const kinds = [
    ["a charge", "ch+", "booked_twice"],
    ["a refund", "re-", "missing_here"],
    ["what a dispute took", "dp-", "missing_here"],
    ["what a dispute gave back", "dp+", "missing_here"],
    ["a transfer", "tr-", "missing_here"],
    ["a reversal", "trr+", "missing_here"],
  ] as const;

  const lies = [
    ["left out", "missing_at_stripe", () => []],
    [
      "with another amount",
      "amount_differs",
      (it) => [{ ...it, amount: it.amount - 1, net: it.net - 1 }],
    ],
    ["with another fee", "fee_differs", (it) => [{ ...it, fee: it.fee + 1, net: it.net - 1 }]],
    ["in another currency", "currency_differs", (it) => [{ ...it, currency: "usd" }]],
    ["there twice", "", (it) => [{ ...it, id: `${it.id}_twice` }, it]],
  ] as const satisfies readonly (readonly [
    string,
    string,
    (it: Stripe.BalanceTransaction) => Movements,
  ])[];

  test("nothing is found when all agrees", async () => {
    expect(await findings()).toEqual([]);
    expect([...known.keys()]).toEqual(expect.arrayContaining(kinds.map(([, key]) => key)));
  });

  describe.each(kinds)("%s", (_kind, key, twice) => {
    test.each(lies)("%s is the one thing that is found", async (_lie, found, change) => {
      const id = known.get(key) ?? "";
      expect(id).toMatch(/^txn_/);
      // What Stripe has once told of it is forgotten.
      await superuser.query("delete from app_private.stripe_balance_transactions where id = $1", [
        id,
      ]);
      await compare({ stripe: await lying((it) => (it.id === id ? change(it) : [it])) });
      const [finding, ...others] = await findings();
      expect(others).toEqual([]);
      expect(finding?.kind).toBe(`reconciliation_${found === "" ? twice : found}`);
      const [row] = await rowsOf<{ id: string; booking: string | null; ledger: string }>(
        `select id, booking_id as booking, ledger_transaction_id as ledger
        from app_public.payment_transactions
        where stripe_balance_transaction_id = $1 order by transaction_type = 'fee' limit 1`,
        [id],
      );
      const subjects: Readonly<Record<string, string>> = {
        missing_at_stripe: row?.id ?? "",
        "": `${id}_twice`,
      };
      expect(finding?.subject).toBe(subjects[found] ?? id);
      if (found !== "") {
        expect(finding?.booking_id).toBe(row?.booking);
        expect(finding?.detail.books?.["payment_transaction_ids"]).toContain(row?.id);
        expect(finding?.detail.books?.["ledger_transaction_ids"]).toContain(row?.ledger);
      }
      await superuser.query("delete from app_private.stripe_balance_transactions where id = $1", [
        `${id}_twice`,
      ]);
      await compare();
      expect(await findings()).toEqual([]);
    });

    test.each(losses)(
      "that the books have lost, %s, is the one thing",
      async (_what, table, kind) => {
        const id = known.get(key) ?? "";
        await withoutRow(table, id, async () => {
          await compare();
          expect((await findings()).map((it) => [it.kind, it.subject])).toEqual([
            [`reconciliation_${kind}`, id],
          ]);
        });
        await compare();
        expect(await findings()).toEqual([]);
      },
    );
  });
});

const losses = [
  ["as a row", "payment_transactions", "missing_here"],
  ["as an entry", "ledger_entries", "amount_differs"],
] as const;

/** Takes what the books have of a movement out of a table for a while. */
async function withoutRow(
  table: (typeof losses)[number][1],
  id: string,
  action: () => Promise<void>,
): Promise<void> {
  const theirs =
    table === "payment_transactions"
      ? "stripe_balance_transaction_id = $1"
      : `account_id in (
          select a.id from app_public.ledger_accounts as a where a.kind = 'stripe_balance'
        )
        and transaction_id = (
          select m.ledger_transaction_id from app_public.payment_transactions as m
          where m.stripe_balance_transaction_id = $1 order by m.transaction_type = 'fee' limit 1
        )`;
  const { rows } = await superuser.query<{ row: object }>(
    `delete from app_public.${table} as t where ${theirs} returning to_jsonb(t) as row`,
    [id],
  );
  expect(rows).not.toEqual([]);
  try {
    await action();
  } finally {
    await superuser.query(
      `insert into app_public.${table}
      select * from jsonb_populate_recordset(null::app_public.${table}, $1)`,
      [JSON.stringify(rows.map(({ row }) => row))],
    );
  }
}

async function statusOf({ id }: { readonly id: string }): Promise<string | undefined> {
  const [row] = await rowsOf<{ status: string }>(
    "select status::text from app_public.bookings where id = $1",
    [id],
  );
  return row?.status;
}

async function jobs(): Promise<number> {
  const { rows } = await superuser.query<{ jobs: number }>(
    `select count(*)::int as jobs from graphile_worker._private_jobs as j
    where j.run_at <= now() and not ${isGivenAnew}`,
  );
  return rows[0]?.jobs ?? 0;
}

async function dispute(booking: Booking): Promise<string> {
  const intent = await stripe.paymentIntents.retrieve(String(await intentOf(booking)));
  await office.standIn.control.openDispute(String(intent.latest_charge));
  await until(async () => (await statusOf(booking)) === "disputed");
  return (await stripe.disputes.list({ limit: 1 })).data[0]?.id ?? "";
}

/** Fifty euros for the organization, of which twenty come back. */
async function payOutAndTakeBack(): Promise<void> {
  const { id } = await stripe.accounts.create({
    type: "express",
    country: "AT",
    capabilities: { transfers: { requested: true } },
  });
  await office.standIn.control.onboard(id);
  await office.standIn.control.addFunds(100_000, "eur");
  await owner.query("update app_public.organizations set verification_status = 'verified'");
  await owner.query(
    `insert into app_public.stripe_accounts (
      organization_id, country, email, stripe_account_id, payout_enabled, transfers_enabled
    )
    values ($1, 'AT', 'x@example.com', $2, true, true)`,
    [performance.organizationId, id],
  );
  const [payout] = await rowsOf<{ id: string }>(
    `select (app_private.queue_payout(app_private.make_payout(
      $1, null, 'EUR', clock_timestamp(), null
    ))).id`,
    [performance.organizationId],
  );
  const isSo = async (what: string, of: string | undefined): Promise<void> => {
    await until(async () =>
      (await rowsOf(`select from ${what}`, [of])).length === 1 ? true : null,
    );
  };
  await isSo("app_public.payouts where id = $1 and status = 'paid'", payout?.id);
  const [reversal] = await rowsOf<{ id: string }>(
    `with reversal as (
      insert into app_public.payout_reversals (
        organization_id, payout_id, amount_cents, reason, requested_by
      )
      select p.organization_id, p.id, 2000, 'x', (select u.id from app_public.users as u limit 1)
      from app_public.payouts as p where p.id = $1
      returning id, payout_id
    ),
    reversed as (
      update app_public.payouts as p set reversed_cents = 2000
      from reversal as r where p.id = r.payout_id
    )
    select r.id, app_private.add_stripe_job('payout_reversal.create', r.id, '0') from reversal as r`,
    [payout?.id],
  );
  await isSo("app_public.payout_reversals where id = $1 and status = 'succeeded'", reversal?.id);
}

test("a movement that Stripe does not have, and one that is there twice, are found", async () => {
  // The last one: what is planted here contradicts the books themselves.
  isSpoiled = true;
  const booking = await buy();
  await compare();
  const { payment_intent_id: id } = await movementOf(booking);
  const post = async (source: string): Promise<void> => {
    await owner.query(
      `select app_private.post_to_ledger(
        $1, $2, 'EUR', $3, 'Planted',
        array['stripe_balance', 'buyer_clearing']::app_public.ledger_account_kind[],
        array[700, -700]
      )`,
      [performance.organizationId, booking.id, source],
    );
  };
  await post("adjustment:planted");
  await post(`payment:${id}:txn_twice`);
  await compare();
  expect((await findings()).map((one) => [one.kind, one.booking_id])).toEqual([
    ["reconciliation_booked_twice", booking.id],
    ["reconciliation_missing_at_stripe", booking.id],
  ]);
});

async function intentOf(booking: Booking): Promise<string | null> {
  const [row] = await rowsOf<{ id: string | null }>(
    "select stripe_payment_intent_id as id from app_public.payment_intents where booking_id = $1",
    [booking.id],
  );
  return row?.id ?? null;
}
