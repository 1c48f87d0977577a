// If this failed, an organization would not learn what its books say, or somebody else would.
import { afterAll, beforeAll, expect, test } from "vitest";
import { statementOf } from "../cli/office/statement.ts";
import {
  BooksMonthError,
  CorrectionDecidedError,
  type LastMinuteLive,
  NotAllowedError,
  NotFoundError,
  type Performance,
  type TrialBalanceLine,
} from "./index.ts";
import { buySeats, openAccount, startOfficeWithShow, type TestOffice } from "./testing-office.ts";

let office: TestOffice;
let organizer: LastMinuteLive;
let performance: Performance;
const month = new Date().toISOString().slice(0, 7);

beforeAll(async () => {
  ({ office, organizer, performance } = await startOfficeWithShow());
});

afterAll(() => office[Symbol.asyncDispose]());

async function buyOne(): Promise<string> {
  return (await buySeats(office.client(), performance, 1)).id;
}

const organization = () => ({ id: performance.organizationId });

async function balances(): Promise<Record<string, TrialBalanceLine>> {
  const lines = await organizer.trialBalance(organization()).toArray(100);
  return Object.fromEntries(lines.map((line) => [line.kind, line]));
}

test("a sale is in the books: its movement, its statement, and a balance of zero", async () => {
  const bookingId = await buyOne();
  const [movement] = await organizer.paymentTransactions({ bookingId }).toArray(2);
  expect(movement).toMatchObject({
    transactionType: "payment",
    transactionCategory: "booking_payment",
    grossAmountCents: 5000,
    feeAmountCents: 0,
    netAmountCents: 5000,
    reconciliationStatus: "pending",
    accountingPeriod: `${month}-01`,
  });
  const lines = await organizer.statement(organization(), { period: `${month}-15` }).toArray(100);
  expect(lines.filter(({ kind }) => kind === "organizer_payable")).toEqual([
    expect.objectContaining({ line: "opening", amountCents: 0 }),
    expect.objectContaining({ line: "movement", category: "sale", amountCents: 4500 }),
    expect.objectContaining({ line: "closing", amountCents: 4500 }),
  ]);
  expect(await balances()).toMatchObject({
    stripe_balance: { debitCents: 5000, creditCents: 0, normalSide: "debit" },
    organizer_payable: { debitCents: 0, creditCents: 4500, normalSide: "credit" },
    platform_commission: { creditCents: 500 },
  });
  const csv = await organizer.statementCsv(organization(), { period: `${month}-01` });
  expect(csv).toContain("EUR,organizer_payable,movement,sale,1,45.00\r\n");
  const owner = await office.database.connect("lml_owner");
  expect(await statementOf(owner, "playhouse", month)).toBe(csv);
  const printed = JSON.parse(await statementOf(owner, "playhouse", month, true)) as object[];
  expect(printed).toHaveLength(csv.trimEnd().split("\r\n").length - 1);
  expect(printed).toContainEqual({
    currency: "EUR",
    kind: "stripe_balance",
    line: "closing",
    category: null,
    transaction_count: null,
    amount_cents: 5000,
  });
  await expect(statementOf(owner, "playhouse", "2001-01")).rejects.toThrow("have no 2001-01");
});

test("a promoter has a share of what is sold from then on", async () => {
  const { eventId, organizationId } = performance;
  const promoter = await organizer.createPromoter({ organizationId, name: "Paula" });
  const shared = { promoterId: promoter.id, sharePercentage: "20" };
  expect(await organizer.setEventPromoter({ id: eventId }, shared)).toMatchObject({
    id: eventId,
  });
  await buyOne();
  expect(await balances()).toMatchObject({
    organizer_payable: { creditCents: 4500 + 3600 },
    promoter_payable: { creditCents: 900 },
  });
  await organizer.setEventPromoter({ id: eventId }, null);
  await buyOne();
  expect(await balances()).toMatchObject({ promoter_payable: { creditCents: 900 } });
});

test("a month is closed when it has ended", async () => {
  const [period] = await organizer.accountingPeriods(organization()).toArray(2);
  expect(period).toMatchObject({ period: `${month}-01`, status: "open" });
  const close = organizer.closePeriod(organization(), `${month}-01`, { acceptUnreconciled: true });
  await expect(close).rejects.toBeInstanceOf(BooksMonthError);
  const start = organizer.startClosingPeriod(organization(), `${month}-01`);
  await expect(start).rejects.toBeInstanceOf(BooksMonthError);
  expect(await organizer.reopenPeriod(organization(), `${month}-01`)).toEqual(period);
  expect(await organizer.setBooksTimezone(organization(), "Europe/Vienna")).toBe("Europe/Vienna");
});

test("two of the platform's staff correct the books, and one alone does not", async () => {
  const people = [office.client(), office.client()] as const;
  for (const [index, person] of people.entries()) {
    await openAccount(office, person, {
      email: `staff${index}@example.com`,
      password: "a long enough password",
      firstName: "Sam",
      lastName: "Staff",
    });
  }
  const owner = office.database.pool("lml_owner", 1);
  await owner.query(
    `insert into app_public.platform_staff (user_id, role)
      select id, 'support' from app_public.users where email::text like 'staff%'`,
  );
  const [movement] = await organizer
    .paymentTransactions({ organizationId: performance.organizationId })
    .toArray(1);
  const correction = await people[0].requestCorrection({
    ledgerTransactionId: movement?.ledgerTransactionId ?? "",
    currency: "EUR",
    entries: [
      { kind: "adjustments", amountCents: 100 },
      { kind: "organizer_payable", amountCents: -100 },
    ],
    reason: "A gesture.",
  });
  await expect(people[0].postCorrection(correction)).rejects.toBeInstanceOf(NotAllowedError);
  expect(await people[1].postCorrection(correction)).toMatchObject({ status: "posted" });
  await expect(people[1].rejectCorrection(correction)).rejects.toBeInstanceOf(
    CorrectionDecidedError,
  );
  expect((await balances())["adjustments"]).toMatchObject({ debitCents: 100 });
});

test("strangers learn nothing", async () => {
  const stranger = office.client();
  await openAccount(office, stranger, {
    email: "stranger@example.com",
    password: "a long enough password",
    firstName: "Stan",
    lastName: "Stranger",
  });
  const trial = stranger.trialBalance(organization()).toArray(1);
  await expect(trial).rejects.toBeInstanceOf(NotFoundError);
  expect(await stranger.paymentTransactions().toArray(1)).toEqual([]);
});
