// If this failed, nobody could see from a terminal what the Stripe stand-in has done, or stir it up.
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Bench, KEYS, pay, startBench } from "../server/stripe-stand-in/testing.ts";
import { endAll, launch } from "./testing.ts";

let bench: Bench;

beforeAll(async () => {
  bench = await startBench();
});

afterAll(async () => {
  await endAll();
  await bench[Symbol.asyncDispose]();
});

async function lml(...words: string[]) {
  return await launch(["stripe", ...words], {
    STRIPE_API_BASE: bench.standIn.url,
    STRIPE_SECRET_KEY: KEYS.secretKey,
  }).ended;
}

test("it lists, shows and replays events", async () => {
  await pay(bench.stripe);
  await bench.arrived();
  const listed = await lml("events", "--type", "payment_intent.*");
  expect(listed.stdout).toMatch(/^evt_\w+ {2}\S+ {2}payment_intent\.succeeded$/m);
  const [id = ""] = /evt_\w+/.exec(listed.stdout) ?? [];
  expect(JSON.parse((await lml("show", id)).stdout)).toMatchObject({ id, object: "event" });
  const before = bench.receiver.events.length;
  const replayed = await lml("replay", id, "--times", "3", "--order", "shuffled", "--seed", "1");
  expect(JSON.parse(replayed.stdout)).toEqual({ events: 1 });
  await bench.arrived();
  expect(bench.receiver.events.slice(before).map((event) => event.id)).toEqual([id, id, id]);
});

test("it opens and decides disputes, and lets things fail", async () => {
  const { id } = await pay(bench.stripe);
  const opened = JSON.parse((await lml("dispute", id, "--reason", "duplicate")).stdout);
  expect(opened).toMatchObject({ reason: "duplicate", status: "needs_response" });
  const decided = await lml("decide", opened.id, "won");
  expect(JSON.parse(decided.stdout)).toMatchObject({ status: "won" });
  const other = await pay(bench.stripe);
  const refund = await bench.stripe.refunds.create({ payment_intent: other.id });
  await lml("fail", refund.id);
  expect((await bench.stripe.refunds.retrieve(refund.id)).status).toBe("failed");
  await lml("outage", "503", "--path", "/v1/refunds");
  await expect(bench.stripe.refunds.list()).rejects.toMatchObject({ statusCode: 503 });
  await lml("outage", "end");
  expect((await bench.stripe.refunds.list()).data).toHaveLength(1);
});

test("it says what it does not understand", async () => {
  const none = await launch(["stripe", "status", "--data", join(tmpdir(), "no-box-office-here")])
    .ended;
  expect([none.code, none.stderr]).toEqual([3, expect.stringContaining("npm start")]);
  const unknown = await lml("do", "nonsense");
  expect([unknown.code, unknown.stderr]).toEqual([3, expect.stringContaining("advanceClock")]);
  expect((await lml("show", "xx_1")).stderr).toContain("They begin with");
  expect((await lml("--help")).stdout).toContain("npx lml stripe replay");
});
