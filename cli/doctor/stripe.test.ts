// If these tests failed, the doctor would let somebody go live whose payments are never booked.
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import Stripe from "stripe";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { repositoryRoot } from "../db/paths.ts";
import { startStripeStandIn, type StripeStandIn } from "../../server/stripe-stand-in/index.ts";
import { examineStripe, neededEvents } from "./stripe.ts";

const keys = {
  secretKey: "sk_test_doctor",
  publishableKey: "pk_test_doctor",
  webhookSecret: "whsec_doctor",
} as const;

let standIn: StripeStandIn;
let fake: Server;
let account: object;
let endpoint: object;

beforeAll(async () => {
  standIn = await startStripeStandIn({
    ...keys,
    port: 0,
    webhookUrl: "http://127.0.0.1:4000/stripe/webhook",
  });
  // An account that is not as it should be, which the stand-in's always is.
  fake = createServer((request, response) => {
    const body = request.url?.startsWith("/v1/account")
      ? account
      : { object: "list", url: "/v1/webhook_endpoints", has_more: false, data: [endpoint] };
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => fake.listen(0, "127.0.0.1", resolve));
});

afterAll(async () => {
  fake.close();
  await standIn.close();
});

afterEach(() => standIn.control.reset());

function environment(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  return {
    STRIPE_SECRET_KEY: keys.secretKey,
    STRIPE_PUBLISHABLE_KEY: keys.publishableKey,
    STRIPE_WEBHOOK_SECRET: keys.webhookSecret,
    STRIPE_API_BASE: standIn.url,
    ...more,
  };
}

async function bad(more: NodeJS.ProcessEnv): Promise<string[]> {
  const findings = await examineStripe(environment(more));
  return findings.filter(({ status }) => status !== "ok").map(({ finding }) => finding);
}

test("an account whose webhook gets everything has nothing wrong", async () => {
  const findings = await examineStripe(environment({ LML_PUBLIC_URL: "http://127.0.0.1:4000/" }));
  expect(findings.map(({ status }) => status)).toEqual(["ok", "ok", "ok"]);
});

test("without a key there is nothing to ask", async () => {
  expect(await examineStripe({})).toMatchObject([{ status: "skip" }]);
  const running = await examineStripe({}, "http://127.0.0.1:1");
  expect(running.map(({ finding }) => finding).join()).toContain("http://127.0.0.1:1");
});

test.each([
  ["STRIPE_SECRET_KEY", { STRIPE_SECRET_KEY: "sk_test_other" }],
  ["PUBLISHABLE_KEY is not set", { STRIPE_PUBLISHABLE_KEY: "" }],
  ["WEBHOOK_SECRET is not set", { STRIPE_WEBHOOK_SECRET: "" }],
  ["live mode", { STRIPE_PUBLISHABLE_KEY: "pk_live_x" }],
  ["sends no events to https://shop.example", { LML_PUBLIC_URL: "https://shop.example/" }],
  ["cannot be asked", { STRIPE_API_BASE: "http://127.0.0.1:1" }],
])("%s is told", async (words, more) => {
  const found = await bad(more);
  expect(found).toHaveLength(1);
  expect(found[0]).toContain(words);
});

const good = {
  account: { id: "acct_1", object: "account", charges_enabled: true },
  endpoint: {
    id: "we_1",
    url: "https://shop.example/stripe/webhook",
    status: "enabled",
    enabled_events: neededEvents,
    api_version: Stripe.API_VERSION,
  },
};

test("events of all objects that have a handler are asked for", async () => {
  const registry = await read("db/functions/payments/dispatch_stripe_event.sql");
  const objects = [...registry.matchAll(/when '(\w+)' then/g)].map(([, object]) => object ?? "");
  expect(objects.length).toBeGreaterThan(5);
  const asked = new Set(neededEvents.flatMap((type) => type.split(".")));
  expect(objects.filter((object) => !asked.has(object))).toEqual([]);
});

test("docs/operations.md lists the events that are asked for", async () => {
  const blocks = (await read("docs/operations.md")).split("```");
  const list = blocks.find((block) => block.trim().startsWith("payment_intent.")) ?? "";
  expect(list.trim().split(/\s+/).toSorted()).toEqual([...neededEvents].toSorted());
});

function read(path: string): Promise<string> {
  return readFile(join(repositoryRoot, path), "utf8");
}

test.each([
  [
    "may not take payments, and owes x",
    { charges_enabled: false, requirements: { currently_due: ["x"] } },
    {},
  ],
  ["is disabled", {}, { status: "disabled" }],
  [
    "does not get refund.failed",
    {},
    { enabled_events: neededEvents.filter((type) => type !== "refund.failed") },
  ],
  ["of API version 2019-01-01", {}, { api_version: "2019-01-01" }],
])("an account or endpoint that %s is told", async (words, accountChanges, endpointChanges) => {
  const { port } = fake.address() as AddressInfo;
  const more = { STRIPE_API_BASE: `http://127.0.0.1:${port}` };
  ({ account, endpoint } = good);
  expect(await bad(more)).toEqual([]);
  account = { ...good.account, ...accountChanges };
  endpoint = { ...good.endpoint, ...endpointChanges };
  const found = await bad(more);
  expect(found).toHaveLength(1);
  expect(found[0]).toContain(words);
});
