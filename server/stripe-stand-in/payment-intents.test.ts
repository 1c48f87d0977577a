// If this failed, a payment would not run through Stripe's statuses, events and errors.
import type Stripe from "stripe";
import { describe, expect, test } from "vitest";
import { answerChallenge, errorOf, pay, startBench } from "./testing.ts";

const ASYNC_SUCCESS = [
  "charge.succeeded",
  "charge.updated",
  "payment_intent.created",
  "payment_intent.succeeded",
];

describe("automatic capture", () => {
  test("a payment intent is created, confirmed and charged", async () => {
    await using bench = await startBench();
    const { stripe } = bench;
    const created = await stripe.paymentIntents.create({
      amount: 2_599,
      currency: "EUR",
      automatic_payment_methods: { enabled: true },
      metadata: { lml_booking_id: "b-1", "0": "zero" },
      description: "Two seats",
    });
    expect(created).toMatchObject({
      status: "requires_payment_method",
      amount: 2_599,
      currency: "eur",
      livemode: false,
      capture_method: "automatic_async",
      metadata: { lml_booking_id: "b-1", "0": "zero" },
      payment_method: null,
    });
    expect(created.id).toMatch(/^pi_\w{24}$/);
    expect(created.client_secret).toMatch(new RegExp(`^${created.id}_secret_\\w{25}$`));

    const confirmed = await stripe.paymentIntents.confirm(created.id, {
      payment_method: "pm_card_visa",
      return_url: "https://box-office.example/return",
      expand: ["latest_charge.balance_transaction", "payment_method"],
    });
    expect(confirmed).toMatchObject({
      status: "succeeded",
      amount_received: 2_599,
      payment_method: { card: { brand: "visa", last4: "4242" } },
      latest_charge: {
        paid: true,
        captured: true,
        amount_captured: 2_599,
        payment_intent: created.id,
        metadata: { lml_booking_id: "b-1" },
        // 2.9 % of 2,599 is 75.371; rounded, plus 30.
        balance_transaction: { amount: 2_599, fee: 105, net: 2_494, type: "charge" },
      },
    });
    expect((await bench.arrived()).sort()).toEqual(ASYNC_SUCCESS);
  });

  test("with automatic_async the money is booked after the news of success", async () => {
    await using bench = await startBench();
    await pay(bench.stripe);
    await bench.arrived();
    const charge = bench.receiver.events.find(({ type }) => type === "charge.succeeded");
    const updated = bench.receiver.events.find(({ type }) => type === "charge.updated");
    expect(charge?.data.object).toMatchObject({ balance_transaction: null });
    expect(updated?.data).toMatchObject({
      object: { balance_transaction: expect.stringMatching(/^txn_/) },
      previous_attributes: { balance_transaction: null },
    });
    expect(Object.keys(updated?.data.previous_attributes ?? {})).toEqual(["balance_transaction"]);
  });

  test("with automatic the money is booked at once", async () => {
    await using bench = await startBench();
    await pay(bench.stripe, "pm_card_visa", { capture_method: "automatic" });
    expect((await bench.arrived()).sort()).toEqual(
      ASYNC_SUCCESS.filter((type) => type !== "charge.updated"),
    );
    const charge = bench.receiver.events.find(({ type }) => type === "charge.succeeded");
    expect(charge?.data.object).toMatchObject({
      balance_transaction: expect.stringMatching(/^txn_/),
    });
  });

  test("a card number works as well as a payment method's name", async () => {
    await using bench = await startBench();
    const method = await bench.stripe.paymentMethods.create({
      type: "card",
      card: { number: "5555 5555 5555 4444", exp_month: 12, exp_year: 2040, cvc: "123" },
      billing_details: { name: "Ada", address: { city: "London" } },
    });
    expect(method).toMatchObject({
      card: { brand: "mastercard", last4: "4444", exp_year: 2040 },
      billing_details: { name: "Ada", address: { city: "London", line1: null } },
    });
    const intent = await pay(bench.stripe, method.id, { expand: ["latest_charge"] });
    expect(intent).toMatchObject({
      status: "succeeded",
      latest_charge: {
        billing_details: { name: "Ada" },
        payment_method_details: { card: { brand: "mastercard", checks: { cvc_check: "pass" } } },
      },
    });
    expect(await bench.stripe.paymentMethods.retrieve(method.id)).toMatchObject({ id: method.id });
  });

  test("what is missing for a confirmation is said", async () => {
    await using bench = await startBench();
    const { stripe } = bench;
    const intent = await stripe.paymentIntents.create({ amount: 500, currency: "usd" });
    expect(await errorOf(stripe.paymentIntents.confirm(intent.id))).toMatchObject({
      statusCode: 400,
      code: "payment_intent_unexpected_state",
      payment_intent: { id: intent.id },
    });
    expect(
      await errorOf(stripe.paymentIntents.confirm(intent.id, { payment_method: "pm_card_visa" })),
    ).toMatchObject({ statusCode: 400, param: "return_url" });
    const paid = await pay(stripe);
    expect(await errorOf(stripe.paymentIntents.confirm(paid.id))).toMatchObject({
      code: "payment_intent_unexpected_state",
      message: expect.stringContaining("already succeeded"),
    });
  });
});

describe("manual capture", () => {
  test("captures what was reserved", async () => {
    await using bench = await startBench();
    const { stripe } = bench;
    const held = await pay(stripe, "pm_card_visa", { capture_method: "manual" });
    expect(held).toMatchObject({
      status: "requires_capture",
      amount_capturable: 5_000,
      amount_received: 0,
    });
    const captured = await stripe.paymentIntents.capture(held.id);
    expect(captured).toMatchObject({
      status: "succeeded",
      amount_capturable: 0,
      amount_received: 5_000,
    });
    expect((await bench.arrived()).sort()).toEqual([
      "charge.captured",
      "charge.succeeded",
      "payment_intent.amount_capturable_updated",
      "payment_intent.created",
      "payment_intent.succeeded",
    ]);
    expect(await errorOf(stripe.paymentIntents.capture(held.id))).toMatchObject({
      code: "payment_intent_unexpected_state",
    });
  });

  test("captures a part, releases the rest, and refunds no more than the part", async () => {
    await using bench = await startBench();
    const { stripe } = bench;
    const held = await pay(stripe, "pm_card_visa", { capture_method: "manual" });
    expect(
      await errorOf(stripe.paymentIntents.capture(held.id, { amount_to_capture: 5_001 })),
    ).toMatchObject({ code: "amount_too_large" });
    const captured = await stripe.paymentIntents.capture(held.id, {
      amount_to_capture: 2_000,
      expand: ["latest_charge.balance_transaction"],
    });
    expect(captured).toMatchObject({
      amount_received: 2_000,
      latest_charge: {
        amount_captured: 2_000,
        amount_refunded: 3_000,
        balance_transaction: { amount: 2_000 },
      },
    });
    expect(
      await errorOf(stripe.refunds.create({ payment_intent: held.id, amount: 2_001 })),
    ).toMatchObject({ statusCode: 400, param: "amount" });
    expect(await stripe.refunds.create({ payment_intent: held.id })).toMatchObject({
      amount: 2_000,
    });
  });

  test("canceling releases what was reserved without moving money", async () => {
    await using bench = await startBench();
    const { stripe } = bench;
    const held = await pay(stripe, "pm_card_visa", { capture_method: "manual" });
    const canceled = await stripe.paymentIntents.cancel(held.id, {
      cancellation_reason: "abandoned",
      expand: ["latest_charge.refunds"],
    });
    expect(canceled).toMatchObject({
      status: "canceled",
      cancellation_reason: "abandoned",
      canceled_at: expect.any(Number),
      amount_capturable: 0,
      latest_charge: {
        refunded: true,
        captured: false,
        refunds: { data: [{ amount: 5_000, balance_transaction: null }] },
      },
    });
    expect((await stripe.balanceTransactions.list()).data).toEqual([]);
  });
});

test("what nobody captures for seven days is let go by itself", async () => {
  await using bench = await startBench();
  const { stripe, standIn } = bench;
  const held = await pay(stripe, "pm_card_visa", {
    capture_method: "manual",
    expand: ["latest_charge"],
  });
  const charge = held.latest_charge as Stripe.Charge;
  const captureBefore = charge.payment_method_details?.card?.capture_before ?? 0;
  expect(captureBefore - charge.created).toBe(7 * 86_400);
  await standIn.control.advanceClock(7 * 86_400 - 60);
  expect(await stripe.paymentIntents.retrieve(held.id)).toMatchObject({
    status: "requires_capture",
  });
  await standIn.control.advanceClock(120);
  await expect
    .poll(() => stripe.paymentIntents.retrieve(held.id, { expand: ["latest_charge"] }))
    .toMatchObject({
      status: "canceled",
      cancellation_reason: "automatic",
      amount_capturable: 0,
      latest_charge: { captured: false, refunded: true, balance_transaction: null },
    });
  expect(await errorOf(stripe.paymentIntents.capture(held.id))).toMatchObject({
    code: "payment_intent_unexpected_state",
  });
});

describe("3-D Secure", () => {
  test("a challenge is passed on the page that next_action names", async () => {
    await using bench = await startBench();
    const waiting = await pay(bench.stripe, "pm_card_authenticationRequired", {
      return_url: "https://box-office.example/return?seat=A1",
    });
    expect(waiting.status).toBe("requires_action");
    expect(waiting.next_action?.type).toBe("redirect_to_url");
    const page = await fetch(waiting.next_action?.redirect_to_url?.url ?? "");
    expect(await page.text()).toContain("TEST MODE");

    const answer = await answerChallenge(waiting, "complete");
    expect(answer.status).toBe(303);
    const back = new URL(answer.headers.get("location") ?? "");
    expect(Object.fromEntries(back.searchParams)).toEqual({
      seat: "A1",
      payment_intent: waiting.id,
      payment_intent_client_secret: waiting.client_secret,
      redirect_status: "succeeded",
    });
    const paid = await bench.stripe.paymentIntents.retrieve(waiting.id, {
      expand: ["latest_charge"],
    });
    expect(paid).toMatchObject({
      status: "succeeded",
      next_action: null,
      latest_charge: {
        payment_method_details: { card: { three_d_secure: { result: "authenticated" } } },
      },
    });
    expect((await answerChallenge(waiting, "complete")).status).toBe(404);
    expect((await bench.arrived()).sort()).toEqual(
      [...ASYNC_SUCCESS, "payment_intent.requires_action"].sort(),
    );
  });

  test("a failed challenge asks for another method", async () => {
    await using bench = await startBench();
    const waiting = await pay(bench.stripe, "pm_card_authenticationRequired");
    expect((await answerChallenge(waiting, "fail")).status).toBe(200);
    expect(await bench.stripe.paymentIntents.retrieve(waiting.id)).toMatchObject({
      status: "requires_payment_method",
      payment_method: null,
      latest_charge: null,
      last_payment_error: { code: "payment_intent_authentication_failure" },
    });
    expect(await bench.arrived()).toContain("payment_intent.payment_failed");
    const retried = await bench.stripe.paymentIntents.confirm(waiting.id, {
      payment_method: "pm_card_visa",
    });
    expect(retried).toMatchObject({ status: "succeeded", last_payment_error: null });
  });

  test("a passed challenge may still be declined by the bank", async () => {
    await using bench = await startBench();
    const waiting = await pay(
      bench.stripe,
      "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds",
    );
    await answerChallenge(waiting, "complete");
    expect(await bench.stripe.paymentIntents.retrieve(waiting.id)).toMatchObject({
      status: "requires_payment_method",
      last_payment_error: { decline_code: "insufficient_funds" },
    });
  });

  test("only the newest challenge counts", async () => {
    await using bench = await startBench();
    const first = await pay(bench.stripe, "pm_card_authenticationRequired");
    await bench.stripe.paymentIntents.confirm(first.id, {
      payment_method: "pm_card_threeDSecure2Required",
    });
    expect((await answerChallenge(first, "complete")).status).toBe(404);
  });

  test("the seller may ask for it where the card would not", async () => {
    await using bench = await startBench();
    const asked = { card: { request_three_d_secure: "any" } } as const;
    const waiting = await pay(bench.stripe, "pm_card_visa", { payment_method_options: asked });
    expect(waiting.status).toBe("requires_action");
    const unable = await pay(bench.stripe, "pm_card_amex", { payment_method_options: asked });
    expect(unable.status).toBe("succeeded");
  });

  test("an absent buyer cannot be challenged", async () => {
    await using bench = await startBench();
    const error = await errorOf(
      pay(bench.stripe, "pm_card_authenticationRequired", { off_session: true }),
    );
    expect(error).toMatchObject({
      statusCode: 402,
      code: "authentication_required",
      decline_code: "authentication_required",
      payment_intent: { status: "requires_payment_method" },
    });
  });
});

describe("processing", () => {
  test("lasts until it is settled", async () => {
    await using bench = await startBench();
    bench.standIn.control.processing(true);
    const first = await pay(bench.stripe);
    const second = await pay(bench.stripe);
    expect(first.status).toBe("processing");
    await bench.standIn.control.settlePayment(first.id);
    await bench.standIn.control.settlePayment(second.id, "failed");
    expect(await bench.stripe.paymentIntents.retrieve(first.id)).toMatchObject({
      status: "succeeded",
      processing: null,
    });
    expect(await bench.stripe.paymentIntents.retrieve(second.id)).toMatchObject({
      status: "requires_payment_method",
      last_payment_error: { code: "payment_intent_payment_attempt_failed" },
    });
    const arrived = await bench.arrived();
    expect(arrived.filter((type) => type === "payment_intent.processing")).toHaveLength(2);
    expect(arrived).toContain("payment_intent.payment_failed");
  });

  test("may end by itself, as the card says", async () => {
    await using bench = await startBench();
    bench.standIn.control.processing(10);
    const intent = await pay(bench.stripe, "pm_card_visa_chargeDeclined");
    expect(intent.status).toBe("processing");
    await expect
      .poll(async () => (await bench.stripe.paymentIntents.retrieve(intent.id)).status)
      .toBe("requires_payment_method");
  });
});

describe("update and cancel", () => {
  test("an update changes what may still change", async () => {
    await using bench = await startBench();
    const { stripe } = bench;
    const intent = await stripe.paymentIntents.create({
      amount: 1_000,
      currency: "usd",
      metadata: { keep: "1", drop: "2" },
    });
    const updated = await stripe.paymentIntents.update(intent.id, {
      amount: 1_500,
      metadata: { drop: "", add: "3" },
      payment_method: "pm_card_visa",
    });
    expect(updated).toMatchObject({ amount: 1_500, status: "requires_confirmation" });
    expect(updated.metadata).toEqual({ keep: "1", add: "3" });
    expect((await stripe.paymentIntents.update(intent.id, { metadata: "" })).metadata).toEqual({});

    const paid = await pay(stripe);
    expect(await errorOf(stripe.paymentIntents.update(paid.id, { amount: 1 }))).toMatchObject({
      code: "payment_intent_unexpected_state",
    });
    expect(
      await stripe.paymentIntents.update(paid.id, { metadata: { late: "yes" } }),
    ).toMatchObject({ status: "succeeded", metadata: { late: "yes" } });
  });

  test("an update to a card of another customer is refused", async () => {
    await using bench = await startBench();
    const { stripe } = bench;
    const owner = await stripe.customers.create();
    const { id: card } = await stripe.paymentMethods.attach("pm_card_visa", { customer: owner.id });
    const stranger = await stripe.customers.create();
    const intent = await stripe.paymentIntents.create({
      amount: 1_000,
      currency: "usd",
      customer: stranger.id,
    });
    const update = stripe.paymentIntents.update(intent.id, { payment_method: card });
    expect(await errorOf(update)).toMatchObject({ param: "payment_method" });
    const theirs = { customer: owner.id, payment_method: card };
    expect(await stripe.paymentIntents.update(intent.id, theirs)).toMatchObject(theirs);
  });

  test("only a payment that has not succeeded can be canceled", async () => {
    await using bench = await startBench();
    const { stripe } = bench;
    const intent = await stripe.paymentIntents.create({ amount: 1_000, currency: "usd" });
    expect(await stripe.paymentIntents.cancel(intent.id)).toMatchObject({ status: "canceled" });
    expect(await errorOf(stripe.paymentIntents.cancel(intent.id))).toMatchObject({
      code: "payment_intent_unexpected_state",
      message: expect.stringContaining("has a status of canceled"),
    });
    expect(
      await errorOf(stripe.paymentIntents.confirm(intent.id, { payment_method: "pm_card_visa" })),
    ).toMatchObject({ code: "payment_intent_unexpected_state" });
    const paid = await pay(stripe);
    expect(await errorOf(stripe.paymentIntents.cancel(paid.id))).toMatchObject({
      statusCode: 400,
      code: "payment_intent_unexpected_state",
      payment_intent: { id: paid.id, status: "succeeded" },
    });
    expect(await bench.arrived()).toContain("payment_intent.canceled");
  });
});
