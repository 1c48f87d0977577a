// If this failed, nobody could try what happens when Stripe is not at its best.
import { expect, test } from "vitest";
import { errorOf, pay, startBench } from "./testing.ts";

test("a rate limit says when to come back, and only for the paths it is for", async () => {
  await using bench = await startBench();
  const { stripe, standIn } = bench;
  standIn.control.outage({ status: 429, path: "/v1/refunds", retryAfterSeconds: 7 });
  const { id } = await pay(stripe);
  const refused = await errorOf(stripe.refunds.create({ payment_intent: id }));
  expect([refused.statusCode, refused.headers?.["retry-after"]]).toEqual([429, "7"]);
  standIn.control.outage(null);
  await stripe.refunds.create({ payment_intent: id });
});

test("a connection may break before anything was done", async () => {
  await using bench = await startBench();
  const { stripe, standIn } = bench;
  // The client tries a closed connection once more, whatever its settings.
  standIn.control.dropCalls(2);
  expect((await errorOf(pay(stripe))).type).toBe("StripeConnectionError");
  expect((await stripe.paymentIntents.list()).data).toEqual([]);
});

test("known events come again, so many times, in another order", async () => {
  await using bench = await startBench();
  const { stripe, standIn, receiver } = bench;
  for (let index = 0; index < 3; index += 1) await pay(stripe);
  await bench.arrived();
  const before = receiver.events.length;
  const types = ["payment_intent.succeeded"];
  expect(standIn.control.replay({ types, times: 4, order: "shuffled", seed: 1 })).toEqual({
    events: 3,
  });
  const arrived = (await bench.arrived()).slice(before);
  expect(arrived).toEqual(Array(12).fill("payment_intent.succeeded"));
  const [first] = receiver.events;
  standIn.control.replay({ events: [first?.id ?? ""] });
  await bench.arrived();
  expect(receiver.events.at(-1)?.id).toBe(first?.id);
  expect(() => standIn.control.replay({ events: ["evt_none"] })).toThrow("No such event");
});

test("the same over HTTP, where a command tells what it has made", async () => {
  await using bench = await startBench();
  const { latest_charge: charge } = await pay(bench.stripe);
  const command = (name: string, input: object) =>
    fetch(`${bench.standIn.url}/_stand_in/${name}`, {
      method: "POST",
      headers: { authorization: "Bearer sk_test_for_our_tests" },
      body: JSON.stringify(input),
    });
  const opened = await command("openDispute", { charge, reason: "duplicate" });
  expect(await opened.json()).toMatchObject({ object: "dispute", reason: "duplicate" });
  expect((await command("advanceClock", { seconds: -1 })).status).toBe(400);
  const turned = await command("advanceClock", { seconds: 3_600 });
  const { now } = (await turned.json()) as { now: number };
  expect(now).toBeGreaterThan(Date.now() / 1000 + 3_000);
});
