// If this failed, a saved card could be charged by the wrong customer, or not at all.
import { describe, expect, test } from "vitest";
import { KEYS, answerChallenge, clientOf, errorOf, pay, startBench } from "./testing.ts";

describe("a card is saved", () => {
  test("with a payment, and pays again without the buyer", async () => {
    await using bench = await startBench();
    const { stripe } = bench;
    const { id: customer } = await stripe.customers.create({ email: "ada@example.com" });
    const first = await pay(stripe, "pm_card_visa", {
      customer,
      setup_future_usage: "off_session",
    });
    const saved = await stripe.paymentMethods.list({ customer, type: "card" });
    expect(saved.data).toMatchObject([{ id: first.payment_method, customer }]);
    const again = await pay(stripe, String(first.payment_method), { customer, off_session: true });
    expect(again.status).toBe("succeeded");
    expect(await bench.arrived()).toContain("payment_method.attached");
    expect((await stripe.customers.listPaymentMethods(customer)).data).toHaveLength(1);
  });

  test("with 3-D Secure once, for cards whose bank agrees to later payments", async () => {
    await using bench = await startBench();
    const { stripe } = bench;
    const { id: customer } = await stripe.customers.create();
    const waiting = await pay(stripe, "pm_card_authenticationRequiredOnSetup", {
      customer,
      setup_future_usage: "off_session",
      return_url: "https://box-office.example/done",
    });
    await answerChallenge(waiting, "complete");
    const method = String((await stripe.paymentIntents.retrieve(waiting.id)).payment_method);
    expect((await pay(stripe, method, { customer, off_session: true })).status).toBe("succeeded");
    // The control: this bank wants to hear from the buyer each time.
    const { id: other } = await stripe.paymentMethods.attach("pm_card_authenticationRequired", {
      customer,
    });
    expect(await errorOf(pay(stripe, other, { customer, off_session: true }))).toMatchObject({
      code: "authentication_required",
    });
  });

  test("without a payment, by a setup intent that the buyer's browser confirms", async () => {
    await using bench = await startBench();
    const { stripe } = bench;
    const { id: customer } = await stripe.customers.create();
    const intent = await stripe.setupIntents.create({ customer });
    expect(intent.status).toBe("requires_payment_method");
    const browser = clientOf(bench.standIn, KEYS.publishableKey);
    expect(
      await errorOf(browser.setupIntents.confirm(intent.id, { payment_method: "pm_card_visa" })),
    ).toMatchObject({ param: "client_secret" });
    // The browser's library sends the secret; the types leave it out.
    const confirmation = { payment_method: "pm_card_visa", client_secret: intent.client_secret };
    const done = await browser.setupIntents.confirm(intent.id, confirmation);
    expect(done.status).toBe("succeeded");
    expect((await stripe.paymentMethods.list({ customer })).data).toHaveLength(1);
    expect(await errorOf(stripe.setupIntents.cancel(intent.id))).toMatchObject({
      code: "setup_intent_unexpected_state",
    });
    expect(await bench.arrived()).toContain("setup_intent.succeeded");
  });

  test("a setup may want 3-D Secure, fail, be declined or be given up", async () => {
    await using bench = await startBench();
    const { stripe } = bench;
    const { id: customer } = await stripe.customers.create();
    const setUp = (payment_method: string) =>
      stripe.setupIntents.create({
        customer,
        payment_method,
        confirm: true,
        return_url: "https://box-office.example/done",
      });
    const challenge = async (url: string, outcome: string) =>
      fetch(url, { method: "POST", body: new URLSearchParams({ outcome }), redirect: "manual" });
    const passed = await setUp("pm_card_authenticationRequired");
    const url = passed.next_action?.redirect_to_url?.url ?? "";
    expect(await (await fetch(url)).text()).toContain("saved for later payments");
    const left = await challenge(url, "complete");
    const address = new URL(left.headers.get("location") ?? "");
    expect(address.searchParams.get("setup_intent")).toBe(passed.id);
    expect((await stripe.setupIntents.retrieve(passed.id)).status).toBe("succeeded");
    const failed = await setUp("pm_card_authenticationRequired");
    await challenge(failed.next_action?.redirect_to_url?.url ?? "", "fail");
    expect(await stripe.setupIntents.retrieve(failed.id)).toMatchObject({
      status: "requires_payment_method",
      last_setup_error: { code: "setup_intent_authentication_failure" },
    });
    expect(await errorOf(setUp("pm_card_chargeDeclined"))).toMatchObject({
      statusCode: 402,
      code: "card_declined",
    });
    const open = await stripe.setupIntents.create({ customer });
    expect((await stripe.setupIntents.cancel(open.id)).status).toBe("canceled");
    expect((await stripe.setupIntents.list({ customer })).data).toHaveLength(4);
  });
});

describe("a saved card", () => {
  test("belongs to one customer, and is of no use once it is removed", async () => {
    await using bench = await startBench();
    const { stripe } = bench;
    const ada = await stripe.customers.create();
    const eve = await stripe.customers.create();
    const method = await stripe.paymentMethods.attach("pm_card_visa", { customer: ada.id });
    expect(await errorOf(pay(stripe, method.id, { customer: eve.id }))).toMatchObject({
      param: "payment_method",
    });
    expect(await errorOf(pay(stripe, method.id))).toMatchObject({ param: "payment_method" });
    expect(
      await errorOf(stripe.paymentMethods.attach(method.id, { customer: eve.id })),
    ).toMatchObject({ statusCode: 400 });
    await stripe.paymentMethods.detach(method.id);
    expect((await stripe.paymentMethods.list({ customer: ada.id })).data).toEqual([]);
    expect(
      await errorOf(stripe.paymentMethods.attach(method.id, { customer: ada.id })),
    ).toMatchObject({ message: expect.stringContaining("may not be used again") });
    expect(await errorOf(stripe.paymentMethods.detach(method.id))).toMatchObject({
      statusCode: 400,
    });
    expect(await bench.arrived()).toContain("payment_method.detached");
  });

  test("that was paid with once and not saved is spent", async () => {
    await using bench = await startBench();
    const paid = await pay(bench.stripe);
    expect(await errorOf(pay(bench.stripe, String(paid.payment_method)))).toMatchObject({
      message: expect.stringContaining("previously used"),
    });
  });

  test("is checked when it is saved, or declines only when it is charged", async () => {
    await using bench = await startBench();
    const { stripe } = bench;
    const { id: customer } = await stripe.customers.create();
    expect(
      await errorOf(stripe.paymentMethods.attach("pm_card_chargeDeclined", { customer })),
    ).toMatchObject({ code: "card_declined" });
    const method = await stripe.paymentMethods.attach("pm_card_chargeCustomerFail", { customer });
    expect(await errorOf(pay(stripe, method.id, { customer }))).toMatchObject({
      code: "card_declined",
    });
  });

  test("is updated, when a bank sends another card", async () => {
    await using bench = await startBench();
    const { stripe } = bench;
    const { id: customer } = await stripe.customers.create();
    const { id } = await stripe.paymentMethods.attach("pm_card_visa", { customer });
    const updated = await stripe.paymentMethods.update(id, {
      card: { exp_month: 7, exp_year: 2044 },
      billing_details: { name: "Ada" },
    });
    expect(updated).toMatchObject({
      card: { exp_month: 7, exp_year: 2044 },
      billing_details: { name: "Ada" },
    });
    await bench.arrived();
    expect(
      bench.receiver.events.find(({ type }) => type === "payment_method.updated"),
    ).toMatchObject({ data: { previous_attributes: { card: { exp_month: 12 } } } });
  });
});

test("customers are changed, found and deleted with their cards", async () => {
  await using bench = await startBench();
  const { stripe } = bench;
  const ada = await stripe.customers.create({
    email: "ada@example.com",
    metadata: { lml_customer_id: "1" },
  });
  await stripe.customers.create({ email: "eve@example.com" });
  await stripe.customers.update(ada.id, { name: "Ada" });
  const found = await stripe.customers.list({ email: "ada@example.com" });
  expect(found.data).toMatchObject([{ id: ada.id, name: "Ada" }]);
  const searched = await stripe.customers.search({ query: "metadata['lml_customer_id']:'1'" });
  expect(searched.data).toHaveLength(1);
  const { id: method } = await stripe.paymentMethods.attach("pm_card_visa", { customer: ada.id });
  await stripe.customers.del(ada.id);
  expect(await stripe.customers.retrieve(ada.id)).toMatchObject({ deleted: true });
  expect((await stripe.paymentMethods.retrieve(method)).customer).toBeNull();
  expect(await bench.arrived()).toEqual(
    expect.arrayContaining(["customer.updated", "customer.deleted"]),
  );
});
