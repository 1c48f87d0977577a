// If this failed, webhooks would be forged, lost for ever, or never as unruly as Stripe's can be.
import Stripe from "stripe";
import { describe, expect, test } from "vitest";
import { KEYS, clientOf, pay, startBench, until } from "./testing.ts";

function post(url: string, command: string, body: unknown, key: string = KEYS.secretKey) {
  return fetch(`${url}/_stand_in/${command}`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

async function createIntents(stripe: Stripe, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let index = 0; index < count; index += 1) {
    ids.push((await stripe.paymentIntents.create({ amount: 1_000, currency: "usd" })).id);
  }
  return ids;
}

function intentIds(events: readonly Stripe.Event[]): string[] {
  return events.map(({ data }) => (data.object as Stripe.PaymentIntent).id);
}

describe("on a good day", () => {
  test("each event arrives once, signed, as the client expects it", async () => {
    await using bench = await startBench();
    const intent = await pay(bench.stripe);
    await bench.arrived();
    const event = bench.receiver.events.find(({ type }) => type === "payment_intent.succeeded");
    expect(event).toMatchObject({
      object: "event",
      api_version: Stripe.API_VERSION,
      livemode: false,
      pending_webhooks: 1,
      request: { id: intent.lastResponse.requestId, idempotency_key: expect.any(String) },
      data: { object: { id: intent.id, object: "payment_intent", status: "succeeded" } },
    });
    const ids = bench.receiver.events.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const listed = await bench.stripe.events.retrieve(event?.id ?? "");
    expect(listed).toMatchObject({ type: "payment_intent.succeeded", pending_webhooks: 0 });
  });

  test("a wrong secret does not verify", async () => {
    await using bench = await startBench({ webhookSecret: "whsec_other" });
    await bench.stripe.customers.create({});
    await until(() => bench.receiver.attempts > 0);
    expect(bench.receiver.events).toEqual([]);
  });

  test("a failing receiver is tried again until it answers 2xx", async () => {
    await using bench = await startBench();
    bench.receiver.failures = Infinity;
    await bench.stripe.customers.create({});
    await until(() => bench.receiver.attempts >= 3);
    const pending = await bench.stripe.events.list({ delivery_success: false });
    expect(pending.data).toMatchObject([{ type: "customer.created", pending_webhooks: 1 }]);
    bench.receiver.failures = 0;
    expect(await bench.arrived()).toEqual(["customer.created"]);
    const delivered = await bench.stripe.events.list({ delivery_success: true });
    expect(delivered.data).toMatchObject([{ type: "customer.created", pending_webhooks: 0 }]);
  });

  test("the waits between attempts grow", async () => {
    await using bench = await startBench({ retryBaseMs: 20, retryMaxMs: 10_000 });
    bench.receiver.failures = 4;
    const start = Date.now();
    await bench.stripe.customers.create({});
    await bench.arrived();
    // 20 + 40 + 80 + 160, each at least three quarters of it.
    expect(Date.now() - start).toBeGreaterThanOrEqual(225);
  });
});

describe("on demand", () => {
  test("events are duplicated", async () => {
    await using bench = await startBench();
    bench.standIn.control.deliveries({ duplicates: 2 });
    await bench.stripe.customers.create({});
    expect(await bench.arrived()).toEqual(Array(3).fill("customer.created"));
    expect(new Set(bench.receiver.events.map(({ id }) => id)).size).toBe(1);
  });

  test("events are delayed", async () => {
    await using bench = await startBench();
    bench.standIn.control.deliveries({ delayMs: 150 });
    const start = Date.now();
    await bench.stripe.customers.create({});
    expect(bench.receiver.attempts).toBe(0);
    await bench.arrived();
    expect(Date.now() - start).toBeGreaterThanOrEqual(145);
  });

  test("events arrive the newest first", async () => {
    await using bench = await startBench();
    bench.standIn.control.deliveries({ reorder: 4 });
    const ids = await createIntents(bench.stripe, 4);
    await bench.arrived();
    expect(intentIds(bench.receiver.events)).toEqual(ids.reverse());
    // What does not fill a batch is not kept for ever.
    await createIntents(bench.stripe, 1);
    expect(await bench.arrived()).toHaveLength(5);
  });

  test("events are held back and released in any order", async () => {
    await using bench = await startBench();
    bench.standIn.control.deliveries({ hold: true });
    const ids = await createIntents(bench.stripe, 3);
    expect(await bench.arrived()).toEqual([]);
    expect(bench.standIn.control.status().deliveries).toMatchObject({ held: 3, outstanding: 0 });
    bench.standIn.control.release("reversed");
    await bench.arrived();
    expect(intentIds(bench.receiver.events)).toEqual(ids.reverse());
  });

  test("events are dropped: listed, undelivered, and sent when asked for", async () => {
    await using bench = await startBench();
    bench.standIn.control.deliveries({ drop: 1, dropTypes: ["payment_intent.succeeded"] });
    await pay(bench.stripe);
    await pay(bench.stripe);
    const arrived = await bench.arrived();
    expect(arrived.filter((type) => type === "payment_intent.succeeded")).toHaveLength(1);
    const lost = await bench.stripe.events.list({ delivery_success: false });
    expect(lost.data).toMatchObject([{ type: "payment_intent.succeeded", pending_webhooks: 1 }]);
    bench.standIn.control.redeliver();
    expect(
      (await bench.arrived()).filter((type) => type === "payment_intent.succeeded"),
    ).toHaveLength(2);
  });

  test("an event that arrived is sent again", async () => {
    await using bench = await startBench();
    await bench.stripe.customers.create({});
    await bench.arrived();
    bench.standIn.control.redeliver(bench.receiver.events[0]?.id);
    expect(await bench.arrived()).toEqual(["customer.created", "customer.created"]);
    expect(() => bench.standIn.control.redeliver("evt_none")).toThrow("No such event");
  });

  test("events go to another address, or to none", async () => {
    await using bench = await startBench({ webhookUrl: null });
    await bench.stripe.customers.create({});
    expect((await bench.stripe.webhookEndpoints.list()).data).toEqual([]);
    bench.standIn.control.sendWebhooksTo(bench.receiver.url);
    await bench.stripe.customers.create({});
    expect(await bench.arrived()).toEqual(["customer.created"]);
    expect((await bench.stripe.webhookEndpoints.list()).data).toMatchObject([
      { url: bench.receiver.url, livemode: false },
    ]);
  });
});

describe("outages", () => {
  test("every call fails until it is over, and nothing happens meanwhile", async () => {
    await using bench = await startBench();
    const { stripe, standIn } = bench;
    standIn.control.outage({ status: 503 });
    await expect(stripe.customers.create({})).rejects.toMatchObject({ statusCode: 503 });
    standIn.control.outage({ status: 429, calls: 1 });
    await expect(stripe.customers.create({})).rejects.toMatchObject({
      type: "StripeRateLimitError",
      code: "rate_limit",
    });
    await stripe.customers.create({});
    expect(await bench.arrived()).toEqual(["customer.created"]);
  });

  test("the client's own retries survive a short one", async () => {
    await using bench = await startBench();
    const { host, port } = bench.standIn;
    const stripe = new Stripe(KEYS.secretKey, { host, port, protocol: "http" });
    bench.standIn.control.outage({ status: 500, calls: 1 });
    await stripe.customers.create({});
    expect(await bench.arrived()).toEqual(["customer.created"]);
  });
});

describe("the control path", () => {
  test("does over HTTP what the object does, for the secret key only", async () => {
    await using bench = await startBench();
    const { url } = bench.standIn;
    expect((await post(url, "deliveries", { duplicates: 1 }, KEYS.publishableKey)).status).toBe(
      401,
    );
    expect((await post(url, "deliveries", { duplicates: 1 }, "sk_test_wrong")).status).toBe(401);
    const answer = await post(url, "deliveries", { duplicates: 1 });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ deliveries: { duplicates: 1, delayMs: 0 } });
    await clientOf(bench.standIn).customers.create({});
    expect((await post(url, "settled", {})).status).toBe(200);
    expect(bench.receiver.events).toHaveLength(2);

    await post(url, "outage", { status: 500 });
    expect((await fetch(`${url}/v1/account`)).status).toBe(500);
    expect((await post(url, "outage", null)).status).toBe(200);
    expect((await post(url, "outage", { status: 418 })).status).toBe(400);
    expect((await post(url, "unknown", {})).status).toBe(400);
    await post(url, "processing", { how: true });
    const intent = await pay(bench.stripe);
    await post(url, "settlePayment", { payment_intent: intent.id });
    const paid = await bench.stripe.paymentIntents.retrieve(intent.id);
    expect(paid.status).toBe("succeeded");
    const refund = await bench.stripe.refunds.create({ payment_intent: intent.id });
    await post(url, "settleRefund", { refund: refund.id, outcome: "failed" });
    expect((await bench.stripe.refunds.retrieve(refund.id)).status).toBe("failed");
    await post(url, "reset", {});
    const status = await fetch(`${url}/_stand_in`, {
      headers: { authorization: `Bearer ${KEYS.secretKey}` },
    });
    expect(await status.json()).toMatchObject({
      deliveries: { duplicates: 0 },
      outage: null,
      processingMs: null,
    });
    expect((await fetch(`${url}/_stand_in`)).status).toBe(401);
  });
});
