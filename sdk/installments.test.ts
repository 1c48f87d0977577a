// If these tests failed, nobody could pay in parts, wait for an answer, or buy at a counter with this client.
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  BookingStatusError,
  CardAmountError,
  type LastMinuteLive,
  MailedTokenError,
  NotSignedInError,
  PaymentDeclinedError,
  PaymentPlanError,
  type Performance,
} from "./index.ts";
import { freeSeats, startOfficeWithShow, type TestOffice } from "./testing-office.ts";

let office: TestOffice;
let organizer: LastMinuteLive;
let performance: Performance;

beforeAll(async () => {
  ({ office, organizer, performance } = await startOfficeWithShow());
});

afterAll(() => office[Symbol.asyncDispose]());

async function freeSeatIds(count: number): Promise<readonly string[]> {
  return (await freeSeats(organizer, performance, count)).map(({ id }) => id);
}

async function hold(buyer: LastMinuteLive, count: number) {
  return await buyer.hold(performance, await freeSeats(buyer, performance, count));
}

const tokenIn = (mail: string): string =>
  decodeURIComponent(/claim-booking\?token=([^\s]+)/.exec(mail)?.[1] ?? "");

test("a booking is paid in two halves", async () => {
  const { eventId } = performance;
  const terms = { eventId, installments: 1, firstDueDays: 2, lastDueDaysBefore: 1, graceDays: 1 };
  const plan = await organizer.createPaymentPlan({
    ...terms,
    name: "Two halves",
    depositPercentage: "50",
  });
  const retired = await organizer.createPaymentPlan({ ...terms, name: "Old", depositCents: 100 });
  await organizer.retirePaymentPlan(retired);
  const buyer = office.client();
  const booking = await hold(buyer, 1);
  expect(await buyer.paymentPlans(eventId)).toHaveLength(2);
  await expect(buyer.choosePaymentPlan(booking, retired)).rejects.toThrow(PaymentPlanError);
  const quote = await buyer.quotePaymentPlan(booking, plan);
  expect(quote.map(({ amountCents }) => amountCents).reduce((a, b) => a + b)).toBe(
    booking.totalAmountCents,
  );
  await buyer.choosePaymentPlan(booking, plan);
  await buyer.startCheckout(booking, { email: "parts@example.com" });
  await expect(buyer.pay(booking, { testCard: "declined" })).rejects.toThrow(PaymentDeclinedError);
  expect((await buyer.pay(booking, { testCard: "visa" })).status).toBe("partially_paid");
  expect(await buyer.tickets(booking)).toEqual([]);
  expect((await buyer.installments(booking)).map(({ status }) => status)).toEqual([
    "paid",
    "pending",
  ]);
  expect(await buyer.openPayment(booking)).toMatchObject({ installmentNo: 1, status: "pending" });
  expect((await buyer.pay(booking, { testCard: "mastercard" })).status).toBe("confirmed");
  expect(await buyer.tickets(booking)).toHaveLength(1);
  await expect(buyer.openPayment(booking)).rejects.toThrow(BookingStatusError);
});

test("a payment that Stripe refuses to open says so at once, and the next one is paid", async () => {
  const buyer = office.client();
  const booking = await hold(buyer, 1);
  office.standIn.control.outage({
    status: 400,
    path: "/v1/payment_intents",
    calls: 1,
    code: "parameter_invalid",
  });
  await buyer.startCheckout(booking, { email: "refused@example.com" });
  const refusal: unknown = await buyer
    .pay(booking, { testCard: "visa" }, { deadlineMs: 30_000 })
    .catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(PaymentDeclinedError);
  expect(refusal).toMatchObject({ declineCode: "parameter_invalid" });
  await buyer.openPayment(booking);
  expect((await buyer.pay(booking, { testCard: "visa" })).status).toBe("confirmed");
}, 60_000);

test("a cart that no card can pay for is not checked out", async () => {
  const buyer = office.client();
  const booking = await hold(buyer, 1);
  await organizer.createDiscountCode(performance.eventId, {
    code: "MOST",
    amountCents: booking.totalAmountCents - 1,
  });
  await buyer.applyDiscountCode(booking, "most");
  const checkout = buyer.startCheckout(booking, { email: "small@example.com" });
  await expect(checkout).rejects.toThrow(CardAmountError);
  await buyer.removeDiscountCode(booking);
  await buyer.startCheckout(booking, { email: "small@example.com" });
  expect((await buyer.pay(booking, { testCard: "visa" })).status).toBe("confirmed");
}, 60_000);

test("an order waits for an answer", async () => {
  const buyer = office.client();
  const [asked, refused] = [await hold(buyer, 1), await hold(buyer, 1)];
  const { seats } = await organizer.seatMap(performance);
  const categories = new Set(seats.flatMap(({ category }) => category?.id ?? []));
  const setApproval = async (needed: boolean): Promise<void> => {
    for (const category of categories) await organizer.setCategoryApproval(category, needed);
  };
  await setApproval(true);
  for (const booking of [asked, refused]) {
    const { status } = await buyer.startCheckout(booking, { email: "asks@example.com" });
    expect(status).toBe("pending_approval");
  }
  await setApproval(false);
  await expect(buyer.pay(asked, { testCard: "visa" })).rejects.toThrow(BookingStatusError);
  await expect(buyer.approveBooking(asked)).rejects.toThrow(NotSignedInError);
  await organizer.approveBooking(asked);
  expect((await buyer.pay(asked, { testCard: "visa" })).status).toBe("confirmed");
  const declined = await organizer.declineBooking(refused, "Members only.");
  expect(declined).toMatchObject({ status: "canceled", cancellationReason: "Members only." });
});

test("staff sells by a mailed link, and at the counter", async () => {
  const held = await organizer.holdForCustomer(performance, {
    email: "jo@example.com",
    seatIds: await freeSeatIds(1),
  });
  const sold = await organizer.checkoutForCustomer(held, "link");
  expect(sold.status).toBe("pending_payment");
  const token = tokenIn(await office.mailTo("jo@example.com"));
  const customer = office.client();
  const booking = await customer.claimBooking(token);
  await expect(office.client().claimBooking(token)).rejects.toThrow(MailedTokenError);
  expect((await customer.pay(booking, { testCard: "visa" })).status).toBe("confirmed");

  const atCounter = await organizer.holdForCustomer(performance, {
    email: "cash@example.com",
    channel: "admin",
    seatIds: await freeSeatIds(1),
  });
  expect((await organizer.checkoutForCustomer(atCounter, "cash")).status).toBe("confirmed");
  const invoiced = await organizer.holdForCustomer(performance, {
    email: "invoice@example.com",
    seatIds: await freeSeatIds(1),
  });
  expect((await organizer.checkoutForCustomer(invoiced, "invoice")).status).toBe("confirmed");
  expect((await organizer.takePayment(invoiced, "invoice")).status).toBe("confirmed");
  await expect(organizer.takePayment(invoiced, "cash")).rejects.toThrow(BookingStatusError);
  const client = await office.database.connect("lml_owner");
  const { rows } = await client.query("select * from app_public.check_invariants()");
  expect(rows).toEqual([]);
});
