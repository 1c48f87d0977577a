// If this failed, a declined card would not look to our code as it does at Stripe.
import { expect, test } from "vitest";
import { TEST_CARDS, passesLuhn } from "./test-cards.ts";
import { errorOf, pay, startBench } from "./testing.ts";

const DECLINES = [
  ["pm_card_visa_chargeDeclined", "4000000000000002", "card_declined", "generic_decline"],
  ["pm_card_chargeDeclined", "4000000000000002", "card_declined", "generic_decline"],
  [
    "pm_card_visa_chargeDeclinedInsufficientFunds",
    "4000000000009995",
    "card_declined",
    "insufficient_funds",
  ],
  ["pm_card_visa_chargeDeclinedLostCard", "4000000000009987", "card_declined", "lost_card"],
  ["pm_card_visa_chargeDeclinedStolenCard", "4000000000009979", "card_declined", "stolen_card"],
  ["pm_card_chargeDeclinedExpiredCard", "4000000000000069", "expired_card", undefined],
  ["pm_card_chargeDeclinedIncorrectCvc", "4000000000000127", "incorrect_cvc", undefined],
  ["pm_card_chargeDeclinedProcessingError", "4000000000000119", "processing_error", undefined],
] as const;

test.each(DECLINES)("%s and %s are declined with %s, %s", async (name, number, code, decline) => {
  await using bench = await startBench();
  const byName = await errorOf(pay(bench.stripe, name));
  const method = await bench.stripe.paymentMethods.create({
    type: "card",
    card: { number, exp_month: 1, exp_year: 2045, cvc: "123" },
  });
  const byNumber = await errorOf(pay(bench.stripe, method.id));
  for (const error of [byName, byNumber]) {
    expect(error).toMatchObject({
      type: "StripeCardError",
      statusCode: 402,
      code,
      charge: expect.stringMatching(/^ch_/),
      payment_intent: {
        status: "requires_payment_method",
        payment_method: null,
        last_payment_error: { code, type: "card_error" },
      },
    });
    // The client fills a missing decline code with an empty text.
    expect(error.decline_code).toBe(decline ?? "");
    expect(error.payment_method?.type).toBe("card");
  }
  const charge = await bench.stripe.charges.retrieve(byName.charge ?? "");
  expect(charge).toMatchObject({
    status: "failed",
    paid: false,
    failure_code: code,
    outcome: { type: "issuer_declined" },
  });
  expect((await bench.arrived()).filter((type) => !type.endsWith("created")).sort()).toEqual([
    "charge.failed",
    "charge.failed",
    "payment_intent.payment_failed",
    "payment_intent.payment_failed",
  ]);
});

test("after a decline the same payment intent can be paid with another card", async () => {
  await using bench = await startBench();
  const error = await errorOf(pay(bench.stripe, "pm_card_chargeDeclined"));
  const paid = await bench.stripe.paymentIntents.confirm(error.payment_intent?.id ?? "", {
    payment_method: "pm_card_mastercard",
  });
  expect(paid).toMatchObject({ status: "succeeded", last_payment_error: null });
  expect(paid.latest_charge).not.toBe(error.charge);
});

test("bad card data is refused before any charge", async () => {
  await using bench = await startBench();
  const create = (card: object) =>
    errorOf(
      bench.stripe.paymentMethods.create({
        type: "card",
        card: { number: "4242424242424242", exp_month: 12, exp_year: 2040, cvc: "123", ...card },
      }),
    );
  expect((await create({ number: "4242424242424241" })).code).toBe("incorrect_number");
  expect(await create({ number: "4111111111111111" })).toMatchObject({
    code: "card_declined",
    decline_code: "test_mode_live_card",
  });
  expect((await create({ exp_year: 2020 })).code).toBe("invalid_expiry_year");
  expect((await create({ exp_month: 13 })).code).toBe("invalid_expiry_month");
  expect((await create({ cvc: "12" })).code).toBe("invalid_cvc");
  expect(await errorOf(pay(bench.stripe, "pm_card_unknown"))).toMatchObject({
    statusCode: 404,
    code: "resource_missing",
  });
});

test("every listed number has a right check digit, and no name is used twice", () => {
  for (const { number } of TEST_CARDS) expect(passesLuhn(number), number).toBe(true);
  const names = TEST_CARDS.flatMap(({ name, aliases }) => [name, ...aliases]);
  expect(new Set(names).size).toBe(names.length);
});
