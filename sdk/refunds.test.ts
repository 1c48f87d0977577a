// If this failed, programs could not take tickets back, return money in parts, or see what became of it.
import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../db/tests/harness.ts";
import {
  ApprovalNeededError,
  type LastMinuteLive,
  NoRefundOfferedError,
  type Performance,
  RefundDecidedError,
  RefundTooLargeError,
  TicketVoidError,
} from "./index.ts";
import { buySeats, startOfficeWithShow, type TestOffice } from "./testing-office.ts";

let office: TestOffice;
let organizer: LastMinuteLive;
let performance: Performance;

beforeAll(async () => {
  ({ office, organizer, performance } = await startOfficeWithShow());
  await organizer.setCancellationPolicy(
    { organization: performance.organizationId },
    {
      windows: [
        { daysBefore: 3, percentage: 100 },
        { daysBefore: 0, percentage: 12.5 },
      ],
      refundsServiceFees: true,
      refundsProcessingFees: true,
    },
  );
});

afterAll(() => office[Symbol.asyncDispose]());

async function buy(buyer: LastMinuteLive, count: number) {
  return await buySeats(buyer, performance, count);
}

test("one ticket of four goes back, then the rest, to the cent", async () => {
  const buyer = office.client();
  const terms = await buyer.cancellationTerms(performance);
  expect(terms.map(({ daysBefore, percentage }) => [daysBefore, percentage])).toEqual([
    [3, 100],
    [0, 12.5],
  ]);
  const booking = await buy(buyer, 4);
  const tickets = await buyer.tickets(booking);
  const [first] = tickets;
  if (first === undefined) throw new Error("There is no ticket.");
  const quote = await buyer.quoteCancellation(booking, { tickets: [first] });
  expect(quote).toMatchObject({ percentage: 100, ticketCount: 1, keptCents: 0 });
  expect(quote.refundCents).toBe(first.totalPaidCents);

  const rest = await buyer.returnTickets(booking, { tickets: [first] });
  expect(rest).toMatchObject({ status: "confirmed", refundedCents: first.totalPaidCents });
  expect(rest.totalAmountCents).toBe(booking.totalAmountCents);
  await expect(buyer.returnTickets(booking, { tickets: [first] })).rejects.toThrow(TicketVoidError);
  expect((await buyer.heldTickets()).length).toBe(3);

  expect(await buyer.returnTickets(booking)).toMatchObject({ status: "canceled" });
  await until(async () => (await buyer.booking(booking))?.status === "refunded");
  const refunds = await buyer.refunds(booking);
  expect(refunds.map(({ status }) => status)).toEqual(["succeeded", "succeeded"]);
  const sum = (amounts: readonly number[]): number => amounts.reduce((a, b) => a + b, 0);
  expect(sum(refunds.map(({ amountCents }) => amountCents))).toBe(booking.totalAmountCents);
  const items = await buyer.refundItems(booking);
  expect(items).toHaveLength(4);
  expect(sum(items.map(({ totalCents }) => totalCents))).toBe(booking.totalAmountCents);
});

test("staff returns amounts, and above a threshold with a second person", async () => {
  const booking = await buy(office.client(), 1);
  // The show has none.
  await expect(organizer.refundFees(booking, { note: "Sorry for the wait" })).rejects.toThrow(
    RefundTooLargeError,
  );
  await organizer.setRefundApproval(performance.organizationId, 1000);
  const words = { note: "The heating failed", reason: "error" } as const;
  const small = await organizer.refundBookingAmount(booking, 1000, words);
  expect(small).toMatchObject({
    kind: "partial",
    status: "approved",
    amountCents: 1000,
    isException: true,
  });
  const large = await organizer.refundTickets(booking, { ...words, withFees: false });
  expect(large.status).toBe("requested");
  expect(
    await organizer.refundRequests({ bookingId: booking.id, status: "requested" }).toArray(10),
  ).toMatchObject([{ id: large.id }]);
  await expect(organizer.approveRefund(large)).rejects.toThrow(ApprovalNeededError);
  expect(await organizer.declineRefund(large, { note: "Too much" })).toMatchObject({
    status: "declined",
    decisionNote: "Too much",
  });
  await expect(organizer.approveRefund(large)).rejects.toThrow(RefundDecidedError);
  await organizer.setRefundApproval(performance.organizationId, null);
  await expect(organizer.refundBookingAmount(booking, 1_000_000, words)).rejects.toThrow(
    RefundTooLargeError,
  );
});

test("a refund that the bank sends back is found, and sent again", async () => {
  const buyer = office.client();
  const booking = await buy(buyer, 1);
  await buyer.returnTickets(booking);
  await until(async () => (await buyer.booking(booking))?.status === "refunded");
  const root = await office.database.connect("superuser");
  const { rows } = await root.query<{ id: string }>(
    "select stripe_refund_id as id from app_public.refunds where booking_id = $1",
    [booking.id],
  );
  await office.standIn.control.settleRefund(rows[0]?.id ?? "", "failed", "lost_or_stolen_card");
  await until(async () => (await buyer.booking(booking))?.status === "canceled");
  const [failed] = await organizer.failedRefunds(performance.organizationId).toArray(10);
  if (failed === undefined) throw new Error("Nobody is told.");
  expect(failed).toMatchObject({ status: "failed", failureReason: "lost_or_stolen_card" });

  const again = await organizer.retryRefund(failed);
  expect(again.attempt).toBe(2);
  expect((await organizer.retryRefund(failed)).id).toBe(again.id);
  await until(async () => (await buyer.booking(booking))?.status === "refunded");
  expect(await organizer.failedRefunds(performance.organizationId).toArray(10)).toEqual([]);
  const { rows: found } = await root.query("select * from app_public.check_invariants()");
  expect(found).toEqual([]);
});

test("an event with terms of its own takes nothing back from who buys from then on", async () => {
  const before = office.client();
  const booking = await buy(before, 1);
  await organizer.setCancellationPolicy(
    { organization: performance.organizationId, event: performance.eventId },
    { windows: [] },
  );
  expect(await before.cancellationTerms(performance)).toEqual([]);
  const after = office.client();
  await expect(after.returnTickets(await buy(after, 1))).rejects.toThrow(NoRefundOfferedError);
  expect(await before.returnTickets(booking)).toMatchObject({ status: "canceled" });
});
