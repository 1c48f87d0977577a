// If this failed, a buyer could not pay with a saved card, or a removed one would stay with Stripe.
import Stripe from "stripe";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { LastMinuteLive, Performance } from "../sdk/index.ts";
import { openAccount, startOfficeWithShow, type TestOffice } from "../sdk/testing-office.ts";

const password = "a long enough password";

let office: TestOffice;
let performance: Performance;
let stripe: Stripe;
let browser: Stripe;

beforeAll(async () => {
  ({ office, performance } = await startOfficeWithShow());
  const { host, port } = office.standIn;
  const address = { host, port, protocol: "http", maxNetworkRetries: 0 } as const;
  stripe = new Stripe("sk_test_sdk", address);
  browser = new Stripe("pk_test_sdk", address);
});

afterAll(() => office[Symbol.asyncDispose]());

/** Holds a seat, says how it will be paid for, and begins the checkout. */
async function checkOut(
  lml: LastMinuteLive,
  choice: Parameters<LastMinuteLive["choosePayment"]>[1],
): Promise<string> {
  const { seats } = await lml.seatMap(performance);
  const seat = seats.find(({ status }) => status === "available");
  if (seat === undefined) throw new Error("The house is full.");
  const booking = await lml.hold(performance, [seat]);
  expect(await lml.choosePayment(booking, choice)).toBe(choice?.saveCard ?? false);
  await lml.startCheckout(booking);
  return booking.id;
}

/** The intent that the browser may confirm, once the worker has asked Stripe for it. */
async function secretOf(lml: LastMinuteLive, booking: string): Promise<[string, string]> {
  await expect
    .poll(async () => (await lml.paymentSession(booking))?.clientSecret ?? null)
    .not.toBeNull();
  const session = await lml.paymentSession(booking);
  return [session?.stripePaymentIntentId ?? "", session?.clientSecret ?? ""];
}

test("a card is kept with consent, pays again with 3-D Secure, and is forgotten at Stripe", async () => {
  const lml = office.client();
  await openAccount(office, lml, {
    email: "ada@example.com",
    password,
    firstName: "Ada",
    lastName: "Buyer",
  });

  // The control: without consent nothing is kept, and Stripe learns of no customer.
  const plain = await checkOut(lml, {});
  await lml.pay(plain, { testCard: "visa" });
  expect(await lml.savedCards()).toEqual([]);
  expect((await stripe.customers.list()).data).toEqual([]);

  const first = await checkOut(lml, { saveCard: true });
  await lml.pay(first, { paymentMethod: "pm_card_threeDSecureOptional" });
  await expect.poll(() => lml.savedCards()).toHaveLength(1);
  const [card] = await lml.savedCards();
  expect(card).toMatchObject({ brand: "visa", last4: "3055" });
  expect((await stripe.customers.list()).data).toMatchObject([
    { email: "ada@example.com", name: "Ada Buyer" },
  ]);

  // The second time the browser says no card: Stripe knows which, and the bank asks its question.
  const second = await checkOut(lml, { savedCard: card ?? "" });
  const [id, clientSecret] = await secretOf(lml, second);
  const intent = await stripe.paymentIntents.retrieve(id);
  expect(intent).toMatchObject({ status: "requires_confirmation", setup_future_usage: null });
  await stripe.paymentIntents.update(id, {
    payment_method_options: { card: { request_three_d_secure: "any" } },
  });
  const asked = await browser.paymentIntents.confirm(id, {
    client_secret: clientSecret,
    return_url: "https://shop.example/done",
  } as Stripe.PaymentIntentConfirmParams);
  expect(asked.status).toBe("requires_action");
  await fetch(asked.next_action?.redirect_to_url?.url ?? "", {
    method: "POST",
    body: new URLSearchParams({ outcome: "complete" }),
    redirect: "manual",
  });
  expect((await lml.waitForConfirmation(second)).status).toBe("confirmed");

  // Without another question by the bank, saying "the saved one" is all.
  const third = await checkOut(lml, { savedCard: card ?? "" });
  await lml.pay(third, { savedCard: true });

  expect((await lml.removeSavedCard(card ?? "")).last4).toBe("3055");
  expect(await lml.savedCards()).toEqual([]);
  const [customer] = (await stripe.customers.list()).data;
  await expect
    .poll(async () => (await stripe.customers.listPaymentMethods(customer?.id ?? "")).data.length)
    .toBe(0);
});

test("the customer is made once, though Stripe's answers are lost", async () => {
  const lml = office.client();
  await openAccount(office, lml, {
    email: "eve@example.com",
    password,
    firstName: "Eve",
    lastName: "Buyer",
  });
  office.standIn.control.loseReplies(3);
  const booking = await checkOut(lml, { saveCard: true });
  await secretOf(lml, booking);
  expect((await stripe.customers.list({ email: "eve@example.com" })).data).toHaveLength(1);
});
