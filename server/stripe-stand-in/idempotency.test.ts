// If this failed, a retried request could charge or refund a buyer twice.
import { expect, test } from "vitest";
import { KEYS, errorOf, pay, startBench } from "./testing.ts";

test("the same key with the same parameters replays the first reply", async () => {
  await using bench = await startBench();
  const { stripe } = bench;
  const params = { amount: 1_000, currency: "usd", metadata: { a: "1", b: "2" } };
  const first = await stripe.paymentIntents.create(params, { idempotencyKey: "key-1" });
  const second = await stripe.paymentIntents.create(
    // The order of the parameters does not matter.
    { metadata: { b: "2", a: "1" }, currency: "usd", amount: 1_000 },
    { idempotencyKey: "key-1" },
  );
  expect(second).toEqual(first);
  expect(first.lastResponse.headers["idempotent-replayed"]).toBeUndefined();
  expect(second.lastResponse.headers["idempotent-replayed"]).toBe("true");
  expect(second.lastResponse.headers["idempotency-key"]).toBe("key-1");
  expect(second.lastResponse.headers["original-request"]).toBe(first.lastResponse.requestId);
  expect(second.lastResponse.requestId).not.toBe(first.lastResponse.requestId);
  expect((await stripe.paymentIntents.list()).data).toHaveLength(1);
  expect(await bench.arrived()).toEqual(["payment_intent.created"]);
  expect(bench.receiver.events[0]?.request).toEqual({
    id: first.lastResponse.requestId,
    idempotency_key: "key-1",
  });
});

test("the same key with other parameters, or elsewhere, is an error", async () => {
  await using bench = await startBench();
  const { stripe } = bench;
  const key = { idempotencyKey: "key-1" };
  await stripe.paymentIntents.create({ amount: 1_000, currency: "usd" }, key);
  const other = stripe.paymentIntents.create({ amount: 1_001, currency: "usd" }, key);
  expect(await errorOf(other)).toMatchObject({
    type: "StripeIdempotencyError",
    statusCode: 400,
    rawType: "idempotency_error",
  });
  expect(await errorOf(stripe.customers.create({}, key))).toMatchObject({ statusCode: 400 });
});

test("a browser is not shown the seller's reply", async () => {
  await using bench = await startBench();
  const intent = await bench.stripe.paymentIntents.create({ amount: 1_000, currency: "usd" });
  const confirm = (key: string) =>
    fetch(`${bench.standIn.url}/v1/payment_intents/${intent.id}/confirm`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "idempotency-key": "key-1" },
      body: new URLSearchParams({
        client_secret: intent.client_secret ?? "",
        payment_method: "pm_card_visa",
        return_url: "https://box-office.example/",
      }),
    });
  expect((await confirm(KEYS.secretKey)).status).toBe(200);
  expect((await confirm(KEYS.publishableKey)).status).toBe(400);
});

test("a decline is replayed too, without another charge", async () => {
  await using bench = await startBench();
  const attempt = () =>
    errorOf(
      bench.stripe.paymentIntents.create(
        {
          amount: 1_000,
          currency: "usd",
          confirm: true,
          payment_method: "pm_card_chargeDeclined",
          allowed_payment_method_types: ["card"],
        },
        { idempotencyKey: "key-1" },
      ),
    );
  const [first, second] = [await attempt(), await attempt()];
  expect(second.charge).toBe(first.charge);
  expect((await bench.stripe.charges.list()).data).toHaveLength(1);
});

test("what fails validation leaves the key free", async () => {
  await using bench = await startBench();
  const key = { idempotencyKey: "key-1" };
  const wrong = bench.stripe.paymentIntents.create({ amount: -1, currency: "usd" }, key);
  expect((await errorOf(wrong)).code).toBe("parameter_invalid_integer");
  await bench.stripe.paymentIntents.create({ amount: 1_000, currency: "usd" }, key);
});

test("a second request while the first is under way is a conflict", async () => {
  await using bench = await startBench();
  // Long enough for the others to arrive while the machine is busy.
  bench.standIn.control.slow(2_000);
  const params = { amount: 1_000, currency: "usd" };
  const results = await Promise.allSettled(
    Array.from({ length: 5 }, () =>
      bench.stripe.paymentIntents.create(params, { idempotencyKey: "key-1" }),
    ),
  );
  const refused = results.filter((result) => result.status === "rejected");
  expect(refused).toHaveLength(4);
  for (const { reason } of refused) {
    expect(reason).toMatchObject({ statusCode: 409, code: "idempotency_key_in_use" });
  }
  bench.standIn.control.reset();
  const after = await bench.stripe.paymentIntents.create(params, { idempotencyKey: "key-1" });
  expect(after.lastResponse.headers["idempotent-replayed"]).toBe("true");
});

test("a lost reply is found again with the key", async () => {
  await using bench = await startBench();
  const intent = await pay(bench.stripe);
  bench.standIn.control.loseReplies(1);
  // The client itself repeats a call whose connection was cut, with the same key.
  const refund = await bench.stripe.refunds.create(
    { payment_intent: intent.id },
    { idempotencyKey: "refund-1" },
  );
  expect(refund.lastResponse.headers["idempotent-replayed"]).toBe("true");
  expect((await bench.stripe.refunds.list()).data).toHaveLength(1);
});

test("a key is forgotten after a day, or on demand", async () => {
  let now = Date.now();
  await using bench = await startBench({ now: () => now });
  const create = () =>
    bench.stripe.paymentIntents.create(
      { amount: 1_000, currency: "usd" },
      { idempotencyKey: "key-1" },
    );
  const first = await create();
  now += 23 * 60 * 60 * 1000;
  expect((await create()).id).toBe(first.id);
  now += 2 * 60 * 60 * 1000;
  const second = await create();
  expect(second.id).not.toBe(first.id);
  await bench.standIn.control.forgetIdempotencyKeys();
  expect((await create()).id).not.toBe(second.id);
});
