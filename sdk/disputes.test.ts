// If this failed, nobody could answer a bank, or its verdict would leave sale, tickets and books different.
import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../db/tests/harness.ts";
import {
  type Booking,
  BookingStatusError,
  type Dispute,
  DisputeError,
  InvalidInputError,
  type LastMinuteLive,
  type Performance,
} from "./index.ts";
import { buySeats, startOfficeWithShow, type TestOffice } from "./testing-office.ts";

let office: TestOffice;
let organizer: LastMinuteLive;
let performance: Performance;

beforeAll(async () => {
  ({ office, organizer, performance } = await startOfficeWithShow());
  await organizer.setCancellationPolicy(
    { organization: performance.organizationId },
    { windows: [{ daysBefore: 3, percentage: 50 }] },
  );
});

afterAll(() => office[Symbol.asyncDispose]());

async function buy(buyer: LastMinuteLive, count: number): Promise<Booking> {
  return await buySeats(buyer, performance, count, { email: "ada@example.com", firstName: "Ada" });
}

async function becomes(buyer: LastMinuteLive, booking: Booking, status: string): Promise<void> {
  await until(async () => (await buyer.booking(booking))?.status === status);
}

/** The buyer's bank disputes a payment, and the office hears of it. */
async function disputed(
  buyer: LastMinuteLive,
  booking: Booking,
  opening: { readonly amount?: number } = {},
): Promise<Dispute> {
  const [payment] = await rows<{ id: string }>(
    "select stripe_payment_intent_id as id from app_public.payment_intents where booking_id = $1",
    [booking.id],
  );
  const stripe = await fetch(`${office.standIn.url}/v1/payment_intents/${payment?.id}`, {
    headers: { authorization: "Bearer sk_test_sdk" },
  });
  const { latest_charge: charge } = (await stripe.json()) as { latest_charge: string };
  await office.standIn.control.openDispute(charge, opening);
  await becomes(buyer, booking, "disputed");
  return await until(async () => {
    const [dispute] = await organizer.disputes({ bookingId: booking.id }).toArray(10);
    // Its money may be told after it.
    return dispute?.withdrawnCents === dispute?.amountCents ? dispute : undefined;
  });
}

async function rows<T extends object>(text: string, values: unknown[] = []): Promise<T[]> {
  const root = await office.database.connect("superuser");
  return (await root.query<T>(text, values)).rows;
}

async function booksOf(booking: Booking): Promise<Record<string, number>> {
  const found = await rows<{ kind: string; cents: number }>(
    `select a.kind, sum(e.amount_cents)::int as cents
    from app_public.ledger_transactions as t
    join app_public.ledger_entries as e on e.transaction_id = t.id
    join app_public.ledger_accounts as a on a.id = e.account_id
    where t.booking_id = $1 group by a.kind having sum(e.amount_cents) <> 0`,
    [booking.id],
  );
  return Object.fromEntries(found.map(({ kind, cents }) => [kind, cents]));
}

test("one is opened, answered and won", async () => {
  const buyer = office.client();
  const booking = await buy(buyer, 2);
  const before = await booksOf(booking);
  const dispute = await disputed(buyer, booking);
  expect(dispute).toMatchObject({
    status: "needs_response",
    reason: "fraudulent",
    amountCents: booking.totalAmountCents,
    countedCents: booking.totalAmountCents,
    feeCents: 1500,
  });
  const mail = await until(async () => {
    const newest = await office.mailTo("organizer@example.com");
    return newest.includes("is disputed") ? newest : undefined;
  });
  expect(mail).toContain(booking.bookingReference);
  const [ticket] = await buyer.tickets(booking);
  if (ticket === undefined) throw new Error("There is no ticket.");
  expect(ticket).toMatchObject({ status: "valid", isDisputed: true });
  expect(await organizer.scan(performance, await codeOf(ticket.id))).toMatchObject({
    result: "disputed",
    code: "LMTDP",
  });
  await expect(buyer.returnTickets(booking)).rejects.toThrow(BookingStatusError);

  const evidence = await organizer.prepareDisputeEvidence(dispute);
  expect(evidence).toMatchObject({
    customer_email_address: "ada@example.com",
    customer_name: "Ada",
    product_description: expect.stringMatching(/^2 x admission to .*LML-/) as string,
    cancellation_policy_disclosure: expect.stringContaining("50 percent") as string,
    access_activity_log: expect.stringContaining("was issued") as string,
  });
  await expect(organizer.submitDisputeEvidence(dispute, { receipt: "file_1" })).rejects.toThrow(
    InvalidInputError,
  );
  const sent = await organizer.submitDisputeEvidence(dispute, {
    ...evidence,
    uncategorized_text: "winning_evidence",
  });
  expect(sent).toMatchObject({ status: "pending", isAcceptance: false });
  await expect(organizer.submitDisputeEvidence(dispute, evidence)).rejects.toThrow(DisputeError);

  await becomes(buyer, booking, "confirmed");
  const won = await until(async () => {
    const [found] = await organizer.disputes({ bookingId: booking.id }).toArray(10);
    return found?.reinstatedCents === found?.amountCents ? found : undefined;
  });
  expect(won).toMatchObject({ status: "won", countedCents: 0, chargedFeeCents: 0 });
  expect(await organizer.disputeResponses(dispute).toArray(10)).toMatchObject([
    { status: "sent", evidence: { customer_name: "Ada" } },
  ]);
  // The fee stays with Stripe, as one of the fees that it has charged.
  expect(await booksOf(booking)).toEqual({
    ...before,
    stripe_balance: (before["stripe_balance"] ?? 0) - 1500,
    stripe_fees: 1500,
  });
  expect(await rows("select * from app_public.check_invariants()")).toEqual([]);
});

test("one is opened and given up", async () => {
  const buyer = office.client();
  const booking = await buy(buyer, 2);
  const dispute = await disputed(buyer, booking);
  await organizer.acceptDispute(dispute);
  await becomes(buyer, booking, "refunded");
  expect(await organizer.disputes({ bookingId: booking.id }).toArray(10)).toMatchObject([
    { status: "lost", lostCents: booking.totalAmountCents, chargedFeeCents: 1500 },
  ]);
  expect((await buyer.tickets(booking)).map(({ status }) => status)).toEqual([
    "refunded",
    "refunded",
  ]);
  expect(await buyer.refunds(booking)).toEqual([]);
  // What is left of it is the fee, which the next payout takes off, as the others that Stripe has charged.
  expect(await booksOf(booking)).toEqual({ stripe_fees: 1500, stripe_balance: -1500 });
  await expect(organizer.acceptDispute(dispute)).rejects.toThrow(DisputeError);
  expect(await rows("select * from app_public.check_invariants()")).toEqual([]);
});

test("a part of one is lost, and the rest of the sale stands", async () => {
  const buyer = office.client();
  const booking = await buy(buyer, 2);
  const dispute = await disputed(buyer, booking, { amount: 1000 });
  await office.standIn.control.closeDispute(dispute.stripeDisputeId, "lost");
  await becomes(buyer, booking, "confirmed");
  expect(await buyer.booking(booking)).toMatchObject({ refundedCents: 1000 });
  expect((await buyer.tickets(booking)).map(({ isDisputed }) => isDisputed)).toEqual([
    false,
    false,
  ]);
  expect(await rows("select * from app_public.check_invariants()")).toEqual([]);
});

async function codeOf(ticket: string): Promise<string> {
  const [found] = await rows<{ code: string }>(
    `select app_private.ticket_credential_of(id, credential_version) as code
    from app_public.tickets where id = $1`,
    [ticket],
  );
  return found?.code ?? "";
}
