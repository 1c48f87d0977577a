// If this story failed, a month in which everything happens once would not close, or not to the cent.
import type pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { isGivenAnew, until } from "../../db/tests/harness.ts";
import type { Booking, LastMinuteLive, Payout, Performance } from "../index.ts";
import { putOnSale, smallShow, startOffice, type TestOffice } from "../testing-office.ts";
import { type Amounts, buy, DAY_MS, type Line, reckon, rounded, type Terms } from "./testing.ts";

const terms: Terms = { service: [500, 50], processing: [140, 25], commission: 1000, tax: 1000 };
const good = (quantity: number): Line => ({ price: 5000, quantity });
const cheap = (quantity: number): Line => ({ price: 2000, quantity });
const disputeFee = 1500;
/** What Stripe keeps of a payment. */
const feeOf = (paid: number): number => rounded(paid * 29, 1000) + 30;

const today = new Date();
const year = today.getUTCFullYear();
/** The last month that has ended, and the first of this one. */
const month = new Date(Date.UTC(year, today.getUTCMonth() - 1, 1));
const nextMonth = new Date(Date.UTC(year, today.getUTCMonth(), 1));
const dateOf = (moment: Date): string => moment.toISOString().slice(0, 10);
const dayOf = (day: number): Date => new Date(month.getTime() + (day - 0.5) * DAY_MS);

let office: TestOffice;
let organizer: LastMinuteLive;
let root: pg.Client;
let matinee: Performance;
let night: Performance;
const organization = () => ({ id: matinee.organizationId });

// The books as the story expects them: every fact with its entries, debits positive.

type Entries = Readonly<Record<string, number>>;
interface Fact {
  readonly on: string;
  readonly category: string;
  readonly entries: Entries;
}
const book: Fact[] = [];
let now = month;

function expectFact(category: string, entries: Entries): void {
  book.push({ on: dateOf(now), category, entries });
}

/** What the promoter has of a sale, in hundredths of a percent of what commission leaves: since they came. */
let share = 0;
const sharedOf = (of: Amounts): number => rounded(of.organizer * share, 10_000);

/** What of a sale is whose, as it is taken back. */
const partsOf = (of: Amounts): Entries =>
  nonzero({
    organizer_payable: of.organizer - sharedOf(of),
    promoter_payable: sharedOf(of),
    platform_commission: of.commission,
    service_fees: of.service,
    processing_fees: of.processing,
    taxes_payable: of.tax,
  });

const nonzero = (sums: Entries): Entries =>
  Object.fromEntries(Object.entries(sums).filter(([, amount]) => amount !== 0));

const opposite = (entries: Entries): Entries =>
  Object.fromEntries(Object.entries(entries).map(([kind, amount]) => [kind, -amount]));

const fees: number[] = [];

function expectSale(lines: readonly Line[]): Amounts {
  const amounts = reckon(terms, lines);
  const { total } = amounts;
  expectFact("payment", { stripe_balance: total, buyer_clearing: -total });
  expectFact("sale", { buyer_clearing: total, ...opposite(partsOf(amounts)) });
  fees.push(feeOf(total));
  return amounts;
}

/** A sale for which the organization takes the money itself, at once or on another day. */
function expectInvoice(lines: readonly Line[]): Amounts {
  const amounts = reckon(terms, lines);
  expectFact("sale", { buyer_clearing: amounts.total, ...opposite(partsOf(amounts)) });
  return amounts;
}

function expectTaken({ total }: Amounts): void {
  expectFact("payment", { box_office: total, buyer_clearing: -total });
}

function expectReturn(category: string, amounts: Amounts): void {
  expectFact(category, { buyer_clearing: -amounts.total, ...partsOf(amounts) });
}

function expectRefund(category: string, amounts: Amounts): void {
  expectReturn(category, amounts);
  expectFact("refund", { buyer_clearing: amounts.total, stripe_balance: -amounts.total });
}

function expectFees(): void {
  for (const fee of fees.splice(0)) {
    expectFact("stripe_fee", { stripe_fees: fee, stripe_balance: -fee });
  }
}

const byAccount = (facts: readonly Fact[]): Entries => {
  const sums: Record<string, number> = {};
  for (const { entries } of facts) {
    for (const [kind, amount] of Object.entries(entries)) sums[kind] = (sums[kind] ?? 0) + amount;
  }
  return sums;
};

/** Facts in an order of their own: within a day, everything is at the same time. */
const sorted = (facts: readonly Fact[]): string[] =>
  facts
    .map(({ on, category, entries }) => {
      const kinds = Object.entries(entries).sort(([a], [b]) => (a < b ? -1 : 1));
      return `${on} ${category} ${kinds.map(([kind, amount]) => `${kind} ${amount}`).join(", ")}`;
    })
    .sort();

// Time. Stripe's stand-in has a clock, which is put back; the database has none, so that what was posted on a day
// is moved there when the day is over, with what tells when Stripe was compared.

async function itIs(moment: Date): Promise<void> {
  await office.standIn.control.advanceClock(
    Math.round(moment.getTime() / 1000) - office.standIn.control.status().now,
  );
  now = moment;
}

async function rows<T extends object>(text: string, values: unknown[] = []): Promise<T[]> {
  return (await root.query<T & pg.QueryResultRow>(text, values)).rows;
}

/** Nothing is under way any more. */
async function isQuiet(): Promise<void> {
  await until(async () => {
    await office.standIn.control.settled();
    const [{ due } = { due: 1 }] = await rows<{ due: number }>(
      `select (
          select count(*) from graphile_worker._private_jobs as j
          where j.run_at <= now() and not ${isGivenAnew}
        )::integer + (
          select count(*) from app_public.refunds where status in ('pending', 'processing')
        )::integer as due`,
    );
    return due === 0;
  });
}

async function onDay(day: number, work: () => Promise<void>): Promise<void> {
  await itIs(dayOf(day));
  await work();
  await isQuiet();
  await root.query("begin");
  await root.query("set local session_replication_role = replica");
  const moment = dayOf(day).toISOString();
  const isNew = "created_at >= $2";
  for (const changes of [
    `ledger_transactions set accounting_period = $3, effective_at = $1, occurred_at = $1,
      created_at = $1 where ${isNew}`,
    `payment_transactions set accounting_period = $3, processed_at = $1, created_at = $1
      where ${isNew}`,
  ]) {
    await root.query(`update app_public.${changes}`, [moment, nextMonth, dateOf(month)]);
  }
  await root.query(
    `update app_public.reconciliation_runs
    set listed_through = $1, compared_before = $1 where listed_through >= $2`,
    [moment, nextMonth],
  );
  await root.query("commit");
}

/** The curtain has fallen. */
async function isOver({ id }: Performance): Promise<void> {
  await root.query("begin");
  await root.query("set local session_replication_role = replica");
  await root.query(
    `update app_public.performances
    set starts_at = now() - interval '3 hours', ends_at = now() - interval '1 hour' where id = $1`,
    [id],
  );
  await root.query("commit");
}

// What people do.

async function sell(
  performance: Performance,
  counts: Readonly<Record<string, number>>,
  name: string,
): Promise<Booking> {
  const buyer = office.client();
  const { seats } = await buyer.seatMap(performance);
  const chosen = Object.entries(counts).flatMap(([category, count]) =>
    seats
      .filter((seat) => seat.status === "available" && seat.category?.name === category)
      .slice(0, count),
  );
  const held = await buyer.hold(performance, chosen);
  const { booking } = await buy(buyer, held, `${name}@example.com`);
  buyers.set(booking.id, buyer);
  return booking;
}

/** Somebody comes to the counter. */
async function sellAtCounter(
  performance: Performance,
  quantity: number,
  payment: "cash" | "invoice",
): Promise<Booking> {
  const { seats } = await organizer.seatMap(performance);
  const chosen = seats
    .filter((seat) => seat.status === "available" && seat.category?.name === "Cheap")
    .slice(0, quantity);
  const held = await organizer.holdForCustomer(performance, {
    email: `${payment}@example.com`,
    channel: "admin",
    seatIds: chosen.map(({ id }) => id),
  });
  const booking = await organizer.checkoutForCustomer(held, payment);
  expect(booking).toMatchObject({ status: "confirmed" });
  return booking;
}
const buyers = new Map<string, LastMinuteLive>();

const statusOf = async (booking: Booking): Promise<string | undefined> =>
  (await buyers.get(booking.id)?.booking(booking))?.status;

async function dispute(booking: Booking): Promise<string> {
  const [payment] = await rows<{ id: string }>(
    "select stripe_payment_intent_id as id from app_public.payment_intents where booking_id = $1",
    [booking.id],
  );
  const stripe = await fetch(`${office.standIn.url}/v1/payment_intents/${payment?.id}`, {
    headers: { authorization: "Bearer sk_test_sdk" },
  });
  const { latest_charge: charge } = (await stripe.json()) as { latest_charge: string };
  const { id } = (await office.standIn.control.openDispute(charge)) as { id: string };
  await until(async () => (await statusOf(booking)) === "disputed");
  return id;
}

/** Who is paid out says who they are: the organization, or its promoter. */
async function onboard(promoter: string | null): Promise<void> {
  const account = async () =>
    (await organizer.payoutAccounts(organization().id).toArray(10)).find(
      ({ promoterId }) => promoterId === promoter,
    );
  await until(async () => (await account())?.stripeAccountId != null);
  await office.standIn.control.onboard((await account())?.stripeAccountId ?? "");
  await until(async () => (await account())?.transfersEnabled === true);
}

async function becomes(payout: Payout, status: Payout["status"]): Promise<Payout> {
  await until(async () => (await organizer.payout(payout))?.status === status);
  const found = await organizer.payout(payout);
  if (found === null) throw new Error("There is no such payout.");
  return found;
}

/** What the worker does every night. */
async function reconcile(): Promise<void> {
  await root.query("select graphile_worker.add_job('payment__reconcile', '{}')");
  await isQuiet();
  expect(
    await rows("select kind, subject from app_public.payment_findings where kind like 'recon%'"),
  ).toEqual([]);
  const explained = await rows<{ unexplained: number; status: string }>(
    `select b.unexplained_cents::integer as unexplained, r.status::text
    from app_public.reconciliation_runs as r
    join app_public.reconciliation_balances as b on b.run_id = r.id and b.currency = 'EUR'
    order by r.listed_through desc limit 1`,
  );
  expect(explained).toEqual([{ unexplained: 0, status: "completed" }]);
}

beforeAll(async () => {
  office = await startOffice();
  organizer = office.client();
  root = await office.database.connect("superuser");
  matinee = await putOnSale(office, organizer, smallShow);
  await root.query(
    `update app_public.events set service_fee_percentage = 5, service_fee_fixed_cents = 50,
      processing_fee_percentage = 1.4, processing_fee_fixed_cents = 25`,
  );
  const here = await organizer.saveTaxJurisdiction(organization(), { name: "Here" });
  await organizer.setTaxRate(here, { name: "Amusement", percentage: "10" });
  await organizer.setEventTaxJurisdiction({ id: matinee.eventId }, here);
  night = await organizer.createPerformance({
    eventId: matinee.eventId,
    layoutId: matinee.layout?.id ?? "",
    startsAt: new Date(Date.now() + 8 * DAY_MS).toISOString(),
  });
  await organizer.setPayoutSettings(organization(), {
    payoutTiming: "after_event",
    payoutDelayDays: 0,
    approvalAboveCents: null,
  });
  await root.query("update app_public.organizations set verification_status = 'verified'");
  // The platform bears what Stripe keeps.
  await root.query("update app_public.organization_settings set pays_stripe_fees = false");
  await root.query("set session_replication_role = replica");
  await root.query("update app_public.organizations set created_at = $1", [dayOf(1)]);
  await root.query("set session_replication_role = origin");
  await root.query("select app_private.open_periods($1, $2)", [organization().id, dayOf(1)]);
  // The schedule, which comes every ten minutes, makes no payouts of its own here.
  await root.query(
    "insert into app_private.payout_runs (organization_id, ran_until) values ($1, $2)",
    [organization().id, new Date(Date.now() + 365 * DAY_MS)],
  );
  await itIs(dayOf(1));
  await organizer.openPayoutAccount({ organizationId: organization().id, country: "AT" });
  await onboard(null);
});
afterAll(() => office[Symbol.asyncDispose]());

test("a month is sold, disputed, paid out, compared and closed, to the cent", async () => {
  const reason = { reason: "customer_request", note: "They asked." } as const;
  let ada!: Booking,
    bob!: Booking,
    dan!: Booking,
    eva!: Booking,
    finn!: Booking,
    invoiced!: Booking;
  await onDay(3, async () => {
    ada = await sell(matinee, { Good: 5, Cheap: 4 }, "ada");
    expectSale([good(5), cheap(4)]);
    bob = await sell(matinee, { Good: 2 }, "bob");
    expectSale([good(2)]);
    await sell(night, { Cheap: 3 }, "cleo");
    expectSale([cheap(3)]);
    dan = await sell(night, { Good: 2 }, "dan");
    expectSale([good(2)]);
  });

  let doubtful = "";
  let payout!: Payout;
  const sure = reckon(terms, [good(4), cheap(4)]).organizer;
  const held = reckon(terms, [good(2)]).total + disputeFee;
  await onDay(4, async () => {
    await organizer.refundTickets(bob, reason);
    expectRefund("sale_reversal", reckon(terms, [good(2)]));
    const tickets = (await buyers.get(ada.id)?.tickets(ada)) ?? [];
    const oneGood = tickets.filter((ticket) => ticket.faceValueCents === 5000).slice(0, 1);
    expect(oneGood).toHaveLength(1);
    await organizer.refundTickets(ada, { ...reason, tickets: oneGood });
    expectRefund("sale_return", reckon(terms, [good(1)]));
    await isQuiet();

    doubtful = await dispute(dan);
    const { total } = reckon(terms, [good(2)]);
    expectFact("dispute", {
      disputes: total,
      stripe_fees: disputeFee,
      stripe_balance: -total - disputeFee,
    });
    await isQuiet();

    await isOver(matinee);
    payout = await organizer.createPayout({ organizationId: organization().id });
    expect(payout).toMatchObject({ status: "draft", netPayoutCents: sure - held });
    await organizer.submitPayout(payout);
    // What was paid by card yesterday is not available yet.
    payout = await becomes(payout, "failed");
    expect(payout).toMatchObject({ failureCode: "balance_insufficient", attempt: 1 });
    const underWay = { organizer_payable: sure - held, payouts_in_transit: held - sure };
    expectFact("payout", underWay);
    expectFact("payout_failure", opposite(underWay));
  });

  await onDay(9, async () => {
    expect(await organizer.retryPayout(payout)).toMatchObject({ attempt: 2 });
    const paid = await becomes(payout, "paid");
    expect(paid.netPayoutCents).toBe(sure - held);
    expectFact("payout", { organizer_payable: sure - held, payouts_in_transit: held - sure });
    expectFact("payout_transfer", { payouts_in_transit: sure - held, stripe_balance: held - sure });
  });

  let promoter = "";
  await onDay(10, async () => {
    // Somebody sells the rest of the seats for a share, which what was sold before has not.
    ({ id: promoter } = await organizer.createPromoter({
      organizationId: organization().id,
      name: "Word of Mouth",
    }));
    await organizer.openPayoutAccount({
      organizationId: organization().id,
      promoterId: promoter,
      country: "AT",
      email: "promoter@example.com",
    });
    await onboard(promoter);
    await organizer.setEventPromoter(
      { id: night.eventId },
      { promoterId: promoter, sharePercentage: "12.5" },
    );
    share = 1250;
    eva = await sell(night, { Good: 3 }, "eva");
    expectSale([good(3)]);
  });
  await onDay(12, async () => {
    finn = await sell(night, { Good: 2, Cheap: 1 }, "finn");
    expectSale([good(2), cheap(1)]);
    await sellAtCounter(night, 1, "cash");
    expectTaken(expectInvoice([cheap(1)]));
    invoiced = await sellAtCounter(night, 2, "invoice");
    expectInvoice([cheap(2)]);
  });
  await onDay(13, async () => {
    await organizer.takePayment(invoiced, "terminal");
    expectTaken(reckon(terms, [cheap(2)]));
    await reconcile();
    expectFees();
    const balances = await trialBalance();
    expect(balances).toEqual(nonzero(byAccount(book)));
    expect(balances).toMatchObject({ promoter_payable: -1688 - 1350 - 225 - 450 });
  });

  let lost = "";
  await onDay(14, async () => {
    await office.standIn.control.closeDispute(doubtful, "won");
    await until(async () => (await statusOf(dan)) === "confirmed");
    const { total } = reckon(terms, [good(2)]);
    expectFact("dispute_reinstatement", { stripe_balance: total, disputes: -total });
  });
  await onDay(15, async () => {
    lost = await dispute(eva);
    const { total } = reckon(terms, [good(3)]);
    expectFact("dispute", {
      disputes: total,
      stripe_fees: disputeFee,
      stripe_balance: -total - disputeFee,
    });
  });
  await onDay(17, async () => {
    await office.standIn.control.closeDispute(lost, "lost");
    await until(async () => (await statusOf(eva)) === "refunded");
    const amounts = reckon(terms, [good(3)]);
    expectReturn("sale_reversal", amounts);
    expectFact("dispute_loss", { buyer_clearing: amounts.total, disputes: -amounts.total });
    expectFact("dispute_fee", { organizer_payable: disputeFee, stripe_fees: -disputeFee });
  });

  await onDay(24, async () => {
    await isOver(night);
    // What the organization took at its counter it has already, and the taxes and fees of it are not its own.
    const taken = reckon(terms, [cheap(1)]).total + reckon(terms, [cheap(2)]).total;
    const owed = reckon(terms, [good(4), cheap(4)]).organizer + reckon(terms, [cheap(3)]).organizer;
    // And the promoter has their part of what was sold since they came, and not taken back.
    const shares = [[good(2), cheap(1)], [cheap(1)], [cheap(2)]]
      .map((lines) => sharedOf(reckon(terms, lines)))
      .reduce((sum, each) => sum + each);
    const rest = owed - shares - taken - disputeFee + held;
    const draft = await organizer.createPayout({ organizationId: organization().id });
    expect(draft.netPayoutCents).toBe(rest);
    await organizer.submitPayout(draft);
    await becomes(draft, "paid");
    expectFact("payout", {
      organizer_payable: rest + taken,
      box_office: -taken,
      payouts_in_transit: -rest,
    });
    expectFact("payout_transfer", { payouts_in_transit: rest, stripe_balance: -rest });

    const promoted = await organizer.createPayout({
      organizationId: organization().id,
      promoterId: promoter,
    });
    expect(promoted).toMatchObject({ netPayoutCents: shares, totalCommissionCents: 0 });
    await organizer.submitPayout(promoted);
    await becomes(promoted, "paid");
    expectFact("payout", { promoter_payable: shares, payouts_in_transit: -shares });
    expectFact("payout_transfer", { payouts_in_transit: shares, stripe_balance: -shares });
    expect(await organizer.reproducePayout(promoted)).toMatchObject({ netPayoutCents: shares });
  });
  await onDay(27, async () => {
    await reconcile();
    expectFees();
  });

  // Nothing more comes, and the books say what this story says.
  const closing = byAccount(book);
  expect(closing).toMatchObject({
    organizer_payable: 0,
    promoter_payable: 0,
    buyer_clearing: 0,
    disputes: 0,
  });
  expect(await ledger()).toEqual(sorted(book));
  const period = dateOf(month);
  expect((await organizer.startClosingPeriod(organization(), period)).status).toBe("closing");
  expect(await organizer.closePeriod(organization(), period)).toMatchObject({
    status: "closed",
    unreconciledCount: 0,
  });
  const statement = await statementOf(period);
  expect(statement).toEqual(expectedStatement(book));
  expect(await trialBalance(nextMonth.toISOString())).toEqual(nonzero(closing));

  // It is this month now, and the one before stays as it is.
  await itIs(new Date());
  const late = reckon(terms, [good(2), cheap(1)]);
  await organizer.refundTickets(finn, reason);
  await isQuiet();
  expectRefund("sale_reversal", late);
  expect(await ledger()).toEqual(sorted(book));
  expect(await statementOf(period)).toEqual(statement);
  expect(await trialBalance(nextMonth.toISOString())).toEqual(nonzero(closing));
  expect(await trialBalance()).toEqual(nonzero(byAccount(book)));
  const after = await organizer.statement(organization(), { period: dateOf(now) }).toArray(100);
  for (const [account, owed] of [
    ["organizer_payable", late.organizer - sharedOf(late)],
    ["promoter_payable", sharedOf(late)],
  ] as const) {
    expect(
      after.filter(({ kind }) => kind === account).map((line) => [line.line, line.amountCents]),
    ).toEqual([
      ["opening", 0],
      ["movement", -owed],
      ["closing", -owed],
    ]);
  }
  expect(await rows("select * from app_public.check_invariants()")).toEqual([]);
});

async function ledger(): Promise<string[]> {
  const facts = await rows<{ on: string; category: string; entries: Record<string, number> }>(
    `select to_char(t.effective_at at time zone 'UTC', 'YYYY-MM-DD') as "on", t.category,
      jsonb_object_agg(a.kind, e.amount_cents) as entries
    from app_public.ledger_transactions as t
    join app_public.ledger_entries as e on e.transaction_id = t.id
    join app_public.ledger_accounts as a on a.id = e.account_id
    group by t.id`,
  );
  return sorted(facts);
}

const debitKinds = new Set([
  "stripe_balance",
  "stripe_fees",
  "disputes",
  "adjustments",
  "box_office",
]);

async function trialBalance(asOf?: string): Promise<Entries> {
  const lines = await organizer.trialBalance(organization(), { asOf }).toArray(100);
  const sums = lines.map(({ kind, debitCents, creditCents }): [string, number] => [
    String(kind),
    (debitCents ?? 0) - (creditCents ?? 0),
  ]);
  return nonzero(Object.fromEntries(sums));
}

type StatementRow = readonly [string, string, string | null, number | null, number];

async function statementOf(period: string): Promise<string[]> {
  const lines = await organizer.statement(organization(), { period }).toArray(200);
  return (
    lines
      .map((line): StatementRow => [
        String(line.kind),
        String(line.line),
        line.category,
        line.transactionCount,
        line.amountCents ?? 0,
      ])
      // The first month of the books opens with nothing.
      .filter(([, line, , , amount]) => line !== "opening" || amount !== 0)
      .map((line) => line.join(" "))
      .sort()
  );
}

function expectedStatement(facts: readonly Fact[]): string[] {
  const movements = new Map<string, { facts: number; amount: number }>();
  for (const { category, entries } of facts) {
    for (const [kind, amount] of Object.entries(entries)) {
      const key = `${kind} movement ${category}`;
      const before = movements.get(key) ?? { facts: 0, amount: 0 };
      const sign = debitKinds.has(kind) ? 1 : -1;
      movements.set(key, { facts: before.facts + 1, amount: before.amount + sign * amount });
    }
  }
  const lines = [...movements].map(([key, sum]) => `${key} ${sum.facts} ${sum.amount}`);
  for (const [kind, amount] of Object.entries(byAccount(facts))) {
    lines.push(`${kind} closing   ${debitKinds.has(kind) ? amount : 0 - amount}`);
  }
  return lines.sort();
}
