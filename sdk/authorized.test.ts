// If these tests failed, a card would be charged without a yes, or a price that changes would be paid twice or not at all.
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type Booking,
  BookingStatusError,
  type LastMinuteLive,
  PaymentDeclinedError,
  type Performance,
} from "./index.ts";
import { reconcile } from "../worker/reconcile.ts";
import { stripeClient } from "../worker/stripe.ts";
import { freeSeats, startOfficeWithShow, type TestOffice } from "./testing-office.ts";

let office: TestOffice;
let organizer: LastMinuteLive;
let performance: Performance;

beforeAll(async () => {
  ({ office, organizer, performance } = await startOfficeWithShow());
});

afterAll(() => office[Symbol.asyncDispose]());

async function setCapture(captureMethod: "automatic" | "manual" | null): Promise<void> {
  const { seats } = await organizer.seatMap(performance);
  for (const category of new Set(seats.flatMap(({ category: of }) => of?.id ?? []))) {
    await organizer.setCategoryApproval(
      category,
      captureMethod !== null,
      captureMethod === null ? {} : { captureMethod },
    );
  }
}

/** An order that waits for an answer, with a card that is authorized for it. */
async function authorize(buyer: LastMinuteLive, email: string): Promise<Booking> {
  await setCapture("manual");
  const booking = await buyer.hold(performance, await freeSeats(buyer, performance, 1));
  expect((await buyer.startCheckout(booking, { email })).status).toBe("pending_payment");
  await expect(buyer.pay(booking, { testCard: "declined" })).rejects.toThrow(PaymentDeclinedError);
  const waiting = await buyer.pay(booking, { testCard: "visa" });
  await setCapture(null);
  expect(waiting.status).toBe("pending_approval");
  expect(await buyer.paymentSession(booking)).toMatchObject({
    status: "authorized",
    captureMethod: "manual",
  });
  return waiting;
}

/** What Stripe has moved: what is authorized moves nothing. */
async function moneyAtStripe(): Promise<number> {
  const answer = await fetch(`${office.standIn.url}/v1/balance_transactions?limit=100`, {
    headers: { authorization: "Bearer sk_test_sdk" },
  });
  const { data } = (await answer.json()) as { data: { amount: number }[] };
  return data.reduce((sum, { amount }) => sum + amount, 0);
}

async function expectConsistency(): Promise<void> {
  const client = await office.database.connect("lml_owner");
  const invariants = await client.query("select * from app_public.check_invariants()");
  expect(invariants.rows).toEqual([]);
  const findings = await client.query("select * from app_public.payment_findings");
  expect(findings.rows).toEqual([]);
}

async function inDatabase(sql: string, booking: Booking): Promise<void> {
  const client = await office.database.connect("lml_owner");
  await client.query(sql, [booking.id]);
}

/** Waits until Stripe has let an authorization go. */
async function untilCanceled(booking: Booking): Promise<void> {
  const client = await office.database.connect("lml_owner");
  await expect
    .poll(async () => {
      const { rows } = await client.query<{ status: string }>(
        "select stripe_status as status from app_public.payment_intents where booking_id = $1",
        [booking.id],
      );
      return rows.map(({ status }) => status);
    })
    .toEqual(["canceled"]);
  await office.standIn.control.settled();
}

test("a card is authorized, the order approved, and the card charged: here are the tickets", async () => {
  const buyer = office.client();
  const before = await moneyAtStripe();
  const booking = await authorize(buyer, "yes@example.com");
  expect(await buyer.tickets(booking)).toEqual([]);
  expect(await moneyAtStripe()).toBe(before);
  await expect(buyer.reopenCheckout(booking)).rejects.toThrow(BookingStatusError);
  await organizer.approveBooking(booking);
  expect((await buyer.waitForConfirmation(booking)).status).toBe("confirmed");
  expect(await buyer.tickets(booking)).toHaveLength(1);
  expect(await moneyAtStripe()).toBe(before + booking.totalAmountCents);
  await office.confirmSales();
  expect(await office.mailTo("yes@example.com", "confirms")).toContain(", paid.");
  await expectConsistency();
});

test("a card is authorized, and the order declined: nothing is charged", async () => {
  const buyer = office.client();
  const before = await moneyAtStripe();
  const booking = await authorize(buyer, "no@example.com");
  expect((await organizer.declineBooking(booking, "Members only.")).status).toBe("canceled");
  await untilCanceled(booking);
  expect(await moneyAtStripe()).toBe(before);
  await expectConsistency();
});

test("a card is authorized, and nobody answers: nothing is charged", async () => {
  const buyer = office.client();
  const before = await moneyAtStripe();
  const booking = await authorize(buyer, "lapsed@example.com");
  await inDatabase("update app_public.bookings set expires_at = now() where id = $1", booking);
  await inDatabase("select app_private.expire_bookings() where $1::uuid is not null", booking);
  expect((await buyer.booking(booking))?.status).toBe("expired");
  await untilCanceled(booking);
  expect(await moneyAtStripe()).toBe(before);
  await expectConsistency();
});

test("a card is authorized, and nobody answers before its bank lets go: the buyer is asked to pay", async () => {
  const buyer = office.client();
  const before = await moneyAtStripe();
  const booking = await authorize(buyer, "late@example.com");
  const week = 7 * 86_400;
  await office.standIn.control.advanceClock(week);
  await untilCanceled(booking);
  await office.standIn.control.advanceClock(-week);
  expect((await buyer.booking(booking))?.status).toBe("pending_approval");
  expect((await organizer.approveBooking(booking)).status).toBe("pending_payment");
  expect(await moneyAtStripe()).toBe(before);
  expect((await buyer.pay(booking, { testCard: "visa" })).status).toBe("confirmed");
  await expectConsistency();
});

test("the price changes twice, and is paid once", async () => {
  const buyer = office.client();
  const before = await moneyAtStripe();
  const [first, second, third] = await freeSeats(organizer, performance, 3);
  let booking = await buyer.hold(performance, [first ?? "", second ?? ""]);
  await buyer.startCheckout(booking, { email: "twice@example.com" });
  await expect(buyer.pay(booking, { testCard: "declined" })).rejects.toThrow(PaymentDeclinedError);
  const { stripePaymentIntentId } = (await buyer.paymentSession(booking)) ?? {};

  await office.stopWorker();
  expect((await buyer.reopenCheckout(booking)).status).toBe("draft");
  await buyer.release(booking, [second ?? ""]);
  await buyer.startCheckout(booking, { email: "twice@example.com" });
  expect(await buyer.paymentSession(booking)).toMatchObject({ clientSecret: null });
  await buyer.reopenCheckout(booking);
  await buyer.hold(performance, [third ?? ""], { booking });
  booking = await buyer.startCheckout(booking, { email: "twice@example.com" });
  await office.startWorker();

  const paid = await buyer.pay(booking, { testCard: "visa" });
  expect(paid.status).toBe("confirmed");
  expect(await buyer.tickets(paid)).toHaveLength(2);
  expect(await buyer.paymentSession(paid)).toMatchObject({
    stripePaymentIntentId,
    amountCents: booking.totalAmountCents,
  });
  expect(await moneyAtStripe()).toBe(before + booking.totalAmountCents);
  await expectConsistency();
});

test("who pays in another tab, once the order needs an answer, has bought nothing yet", async () => {
  const buyer = office.client();
  const before = await moneyAtStripe();
  const booking = await buyer.hold(performance, await freeSeats(buyer, performance, 1));
  await buyer.startCheckout(booking, { email: "tab@example.com" });
  await expect(buyer.pay(booking, { testCard: "declined" })).rejects.toThrow(PaymentDeclinedError);
  const { clientSecret } = (await buyer.paymentSession(booking)) ?? {};
  const config = await (await fetch(`${office.url}/payments/config`)).json();

  await office.stopWorker();
  await buyer.reopenCheckout(booking);
  await setCapture("manual");
  await buyer.startCheckout(booking, { email: "tab@example.com" });
  await setCapture(null);
  const paid = await fetch(
    `${office.standIn.url}/v1/payment_intents/${(clientSecret ?? "").split("_secret_")[0]}/confirm`,
    {
      method: "POST",
      headers: {
        authorization: `Bearer ${(config as { publishableKey: string }).publishableKey}`,
        "content-type": "application/x-www-form-urlencoded",
      },
      body: new URLSearchParams({
        client_secret: clientSecret ?? "",
        payment_method: "pm_card_visa",
      }),
    },
  );
  expect(await paid.json()).toMatchObject({ status: "succeeded" });
  await expect(organizer.takePayment(booking, "cash")).rejects.toThrow(BookingStatusError);
  await office.startWorker();
  await expect.poll(moneyAtStripe).toBe(before);
  expect(await buyer.tickets(booking)).toEqual([]);

  const waiting = await buyer.pay(booking, { testCard: "visa" });
  expect(waiting.status).toBe("pending_approval");
  await organizer.approveBooking(booking);
  expect((await buyer.waitForConfirmation(booking)).status).toBe("confirmed");
  expect(await moneyAtStripe()).toBe(before + booking.totalAmountCents);
  await expectConsistency();
});

test("a part that somebody charges by hand is a finding, is booked, and goes back; the order waits on", async () => {
  const buyer = office.client();
  const booking = await authorize(buyer, "part@example.com");
  const before = await moneyAtStripe();
  const session = await buyer.paymentSession(booking);
  const captured = await fetch(
    `${office.standIn.url}/v1/payment_intents/${session?.stripePaymentIntentId ?? ""}/capture`,
    {
      method: "POST",
      headers: { authorization: "Bearer sk_test_sdk" },
      body: new URLSearchParams({ amount_to_capture: "1000" }),
    },
  );
  expect(await captured.json()).toMatchObject({ status: "succeeded", amount_received: 1000 });
  const open = async () =>
    (await organizer.paymentFindings({ bookingId: booking.id }).toArray(10)).filter(
      ({ resolvedAt }) => resolvedAt === null,
    );
  await expect.poll(open).toHaveLength(1);
  await office.standIn.control.settled();
  const [finding] = await open();
  expect(finding?.kind).toBe("event_amount_differs");
  const closed = await organizer.bookPartialCapture(finding?.id ?? "", "A slip of the hand");
  expect(closed.resolvedAt).not.toBeNull();
  expect(await organizer.bookPartialCapture(closed, "Again")).toMatchObject({
    resolutionNote: "A slip of the hand",
  });
  await expect.poll(moneyAtStripe).toBe(before);
  // Told once more, nothing of it is wrong any more.
  await office.standIn.control.replay({ types: ["payment_intent.*", "charge.*", "refund.*"] });
  await office.standIn.control.settled();
  const client = await office.database.connect("lml_owner");
  await client.query("select app_private.reapply_stripe_events()");
  const stripe = stripeClient({ secretKey: "sk_test_sdk", apiBase: office.standIn.url });
  const database = office.database.pool("lml_worker", 1);
  await reconcile({ stripe, database, graceMinutes: 0 });
  expect(await open()).toEqual([]);
  const invariants = await client.query("select * from app_public.check_invariants()");
  expect(invariants.rows).toEqual([]);
  expect((await buyer.booking(booking))?.status).toBe("pending_approval");
  await organizer.declineBooking(booking, "No seats");
});
