// If this failed, a restart or a power cut would lose payments, replays or webhooks.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startStripeStandIn } from "./stand-in.ts";
import { KEYS, answerChallenge, clientOf, pay, startBench, startReceiver } from "./testing.ts";

let directory: string;
let journal: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "stripe-stand-in-"));
  journal = join(directory, "deeper", "journal.jsonl");
});

afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

test("everything is there again after a restart, also after a torn last line", async () => {
  let paidId: string;
  let waitingId: string;
  let createdBody: string;
  let port: number;
  {
    await using bench = await startBench({ journal });
    port = bench.standIn.port;
    const created = await bench.stripe.paymentIntents.create(
      { amount: 1_000, currency: "usd" },
      { idempotencyKey: "key-1" },
    );
    createdBody = JSON.stringify(created);
    paidId = (await pay(bench.stripe)).id;
    await bench.stripe.refunds.create({ payment_intent: paidId, amount: 1_000 });
    waitingId = (await pay(bench.stripe, "pm_card_authenticationRequired")).id;
    await bench.arrived();
  }
  const whole = await readFile(journal, "utf8");
  expect(whole.endsWith("\n")).toBe(true);
  await appendFile(journal, '[{"put":"charge","value":{"id":"ch_torn');

  await using bench = await startBench({ journal, port });
  expect(await readFile(journal, "utf8")).toBe(whole);
  const { stripe } = bench;
  expect(await stripe.paymentIntents.retrieve(paidId, { expand: ["latest_charge"] })).toMatchObject(
    { status: "succeeded", latest_charge: { amount_refunded: 1_000 } },
  );
  const replayed = await stripe.paymentIntents.create(
    { amount: 1_000, currency: "usd" },
    { idempotencyKey: "key-1" },
  );
  expect(JSON.stringify(replayed)).toBe(createdBody);
  expect(replayed.lastResponse.headers["idempotent-replayed"]).toBe("true");
  await expect(
    stripe.refunds.create({ payment_intent: paidId, amount: 4_001 }),
  ).rejects.toMatchObject({ param: "amount" });
  expect(
    (await answerChallenge(await stripe.paymentIntents.retrieve(waitingId), "complete")).ok,
  ).toBe(true);
  expect((await stripe.paymentIntents.retrieve(waitingId)).status).toBe("succeeded");
});

test("what was answered survives a kill -9", async () => {
  const script = `
    import { startStripeStandIn } from ${JSON.stringify(new URL("./stand-in.ts", import.meta.url).href)};
    const options = JSON.parse(process.argv[1]);
    console.log(JSON.stringify({ port: (await startStripeStandIn(options)).port }));
  `;
  const options = { port: 0, ...KEYS, webhookUrl: null, journal };
  const child = spawn(
    process.execPath,
    ["--input-type=module", "--eval", script, JSON.stringify(options)],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const ids: string[] = [];
  try {
    const [line] = (await once(child.stdout, "data")) as [Buffer];
    const { port } = JSON.parse(line.toString()) as { port: number };
    const stripe = clientOf({ host: "127.0.0.1", port });
    await Promise.all(
      Array.from({ length: 20 }, async () => {
        ids.push((await stripe.paymentIntents.create({ amount: 1_000, currency: "usd" })).id);
      }),
    );
  } finally {
    child.kill("SIGKILL");
    await once(child, "exit");
  }
  await using bench = await startBench({ journal });
  const { data } = await bench.stripe.paymentIntents.list({ limit: 100 });
  expect(data.map(({ id }) => id).sort()).toEqual(ids.sort());
});

test("a request whose line was torn has never happened", async () => {
  {
    await using bench = await startBench({ journal });
    await bench.stripe.customers.create({ email: "first@example.com" });
    await bench.stripe.customers.create({ email: "second@example.com" });
    await bench.arrived();
  }
  // Cut into the line of the second customer.
  const content = await readFile(journal, "utf8");
  await writeFile(journal, content.slice(0, content.indexOf("second@example.com")));
  await using bench = await startBench({ journal });
  const emails = (await bench.stripe.events.list({ type: "customer.created" })).data.map(
    ({ data }) => (data.object as { email?: string }).email,
  );
  expect(emails).toEqual(["first@example.com"]);
  await bench.stripe.customers.create({ email: "third@example.com" });
});

test("a journal that is broken in the middle is not used", async () => {
  {
    await using bench = await startBench({ journal });
    await bench.stripe.customers.create({});
    await bench.arrived();
  }
  await writeFile(journal, `not json\n${await readFile(journal, "utf8")}`);
  await expect(startBench({ journal })).rejects.toThrow("cannot read line 1 of its journal");
});

test("undelivered events go out after a restart", async () => {
  {
    await using bench = await startBench({ journal });
    bench.receiver.failures = Infinity;
    await bench.stripe.customers.create({});
    await bench.stripe.customers.create({});
    await expect.poll(() => bench.receiver.attempts).toBeGreaterThan(2);
    bench.standIn.control.deliveries({ hold: true });
    await bench.stripe.customers.create({});
  }
  await using bench = await startBench({ journal });
  expect(await bench.arrived()).toEqual(Array(3).fill("customer.created"));
});

test("what was scheduled happens after a restart", async () => {
  let refundId: string;
  {
    await using bench = await startBench({ journal, settleAfterMs: 3_600_000 });
    const intent = await pay(bench.stripe, "pm_card_pendingRefund");
    refundId = (await bench.stripe.refunds.create({ payment_intent: intent.id })).id;
    await bench.arrived();
  }
  await using bench = await startBench({ journal });
  expect((await bench.stripe.refunds.retrieve(refundId)).status).toBe("pending");
  await bench.standIn.control.advanceClock(3_600);
  await expect
    .poll(async () => (await bench.stripe.refunds.retrieve(refundId)).status)
    .toBe("succeeded");
});

test("a big journal is compacted, with nothing lost", async () => {
  let listed: string;
  {
    await using bench = await startBench({ journal });
    for (let index = 0; index < 20; index += 1) await pay(bench.stripe);
    await bench.arrived();
    listed = JSON.stringify((await bench.stripe.paymentIntents.list({ limit: 100 })).data);
  }
  const before = (await stat(journal)).size;
  await using bench = await startBench({ journal, compactAboveBytes: 1_000 });
  expect((await stat(journal)).size).toBeLessThan(before);
  expect(JSON.stringify((await bench.stripe.paymentIntents.list({ limit: 100 })).data)).toBe(
    listed,
  );
  await bench.stripe.customers.create({});
});

test("the journal holds no card number and no key, and only its owner can read it", async () => {
  await using bench = await startBench({ journal });
  const method = await bench.stripe.paymentMethods.create({
    type: "card",
    card: { number: "4242424242424242", exp_month: 12, exp_year: 2040, cvc: "987" },
  });
  await pay(bench.stripe, method.id);
  await bench.arrived();
  const content = await readFile(journal, "utf8");
  expect(content).not.toContain("4242424242424242");
  for (const secret of Object.values(KEYS)) expect(content).not.toContain(secret);
  expect((await stat(journal)).mode & 0o077).toBe(0);
});

test("a taken port is reported before the journal is touched", async () => {
  await using bench = await startBench({ journal });
  await bench.stripe.customers.create({});
  await bench.arrived();
  await appendFile(journal, "[{");
  await expect(startBench({ journal, port: bench.standIn.port })).rejects.toThrow("EADDRINUSE");
  expect((await readFile(journal, "utf8")).endsWith("[{")).toBe(true);
});

test("live keys are refused", async () => {
  await using receiver = await startReceiver();
  const options = { port: 0, ...KEYS, webhookUrl: receiver.url };
  await expect(startStripeStandIn({ ...options, secretKey: "sk_live_x" })).rejects.toThrow(
    "only test keys",
  );
  const standIn = await startStripeStandIn(options);
  expect((await clientOf(standIn).accounts.retrieveCurrent()).id).toMatch(/^acct_/);
  await standIn.close();
  await standIn.close();
});
