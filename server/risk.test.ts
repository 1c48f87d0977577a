// If these tests failed, rules would count somebody else's address or country, or one that the client made up.
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { readConfig } from "./config.ts";
import type { RunningServer } from "./server.ts";
import {
  ask,
  createTheatre,
  randomToken,
  startTestServer,
  serve,
  type TestServer,
  type Theatre,
  uniqueName,
} from "./testing.ts";

let server: TestServer;
let theatre: Theatre;
/** Servers behind a proxy on this machine, and behind one elsewhere. */
let proxied: RunningServer;
let elsewhere: RunningServer;

const countryHeader = "CF-IPCountry";

beforeAll(async () => {
  server = await startTestServer({ countryHeader });
  proxied = await serve(server.database, { countryHeader, trustProxy: "127.0.0.1" });
  elsewhere = await serve(server.database, { countryHeader, trustProxy: "198.51.100.1" });
  theatre = await createTheatre(server, { seats: 60 });
  await server.data(
    `mutation ($input: CreateFraudRuleInput!) {
      createFraudRule(input: $input) { fraudDetectionRule { id } }
    }`,
    {
      input: {
        organizationId: theatre.organizationId,
        ruleName: "three from one address",
        ruleType: "velocity_address",
        triggerCount: 3,
        windowSeconds: 3600,
        severity: "high",
        action: "block",
      },
    },
    theatre.owner,
  );
});

afterAll(async () => {
  await proxied.close();
  await elsewhere.close();
  await server[Symbol.asyncDispose]();
});

beforeEach(async () => {
  const client = await server.database.connect("superuser");
  await client.query("delete from app_private.booking_signals");
});

/** Seats are sold once. */
let sold = 0;

/** Somebody new buys with these headers; returns what became of the booking. */
async function buy(url: string, headers: Readonly<Record<string, string>>): Promise<string> {
  const caller = { cartToken: randomToken(), headers };
  const seatIds = [theatre.seatIds[sold++]];
  const held = await ask(
    url,
    `mutation ($performanceId: UUID!, $seatIds: [String!]!) {
      holdSeats(input: { performanceId: $performanceId, seatIds: $seatIds }) { booking { id } }
    }`,
    { performanceId: theatre.performanceId, seatIds },
    caller,
  );
  const { data, errors } = await ask(
    url,
    `mutation ($id: UUID!, $email: String!) {
      startCheckout(input: { bookingId: $id, email: $email }) { booking { status } }
    }`,
    { id: held.data.holdSeats.booking.id, email: `${uniqueName("buyer")}@example.com` },
    caller,
  );
  expect(errors).toEqual([]);
  return data.startCheckout.booking.status;
}

async function buyEach(
  url: string,
  headers: readonly Readonly<Record<string, string>>[],
): Promise<string[]> {
  const statuses: string[] = [];
  for (const each of headers) statuses.push(await buy(url, each));
  return statuses;
}

/** What was written down about the checkouts, in their order. */
async function signals(): Promise<unknown[]> {
  const client = await server.database.connect("superuser");
  const { rows } = await client.query(
    `select host(ip_address) as address, country, device, user_agent as agent
    from app_private.booking_signals order by occurred_at`,
  );
  return rows;
}

const accepted = "pending_payment";

/** A client that pretends to be somewhere else each time. */
const forgeries = [1, 2, 3].map((last) => ({
  "x-forwarded-for": `192.0.2.${last}`,
  "x-real-ip": `192.0.2.${last}`,
  forwarded: `for=192.0.2.${last}`,
  "cf-ipcountry": "AT",
  "user-agent": "forger",
}));

const forged = { address: "127.0.0.1", country: null, device: null, agent: "forger" };

test("without a proxy, no header says where a client is", async () => {
  expect(await buyEach(server.url, forgeries)).toEqual([accepted, accepted, "canceled"]);
  expect(await signals()).toEqual([forged, forged, forged]);
});

test("nor does one that comes past the proxy", async () => {
  expect(await buyEach(elsewhere.url, forgeries)).toEqual([accepted, accepted, "canceled"]);
  expect(await signals()).toEqual([forged, forged, forged]);
});

test("control: from a proxy that is trusted, it does", async () => {
  expect(await buyEach(proxied.url, forgeries)).toEqual([accepted, accepted, accepted]);
  expect(await signals()).toEqual(
    [1, 2, 3].map((last) => ({ ...forged, address: `192.0.2.${last}`, country: "AT" })),
  );
});

test("a client behind a trusted proxy cannot put an address before its own", async () => {
  const statuses = await buyEach(
    proxied.url,
    [1, 2, 3].map((last) => ({ "x-forwarded-for": `192.0.2.${last}, 203.0.113.7` })),
  );
  expect(statuses).toEqual([accepted, accepted, "canceled"]);
});

test("a country comes with an address, and is two letters", async () => {
  await buy(proxied.url, { "cf-ipcountry": "AT", "user-agent": "a" });
  const far = { "x-forwarded-for": "192.0.2.1", "user-agent": "b", "x-lml-device": "phone" };
  for (const country of ["de", "Austria", "XX", "'--"]) {
    await buy(proxied.url, { ...far, "x-forwarded-for": uniqueAddress(), "cf-ipcountry": country });
  }
  expect(await signals()).toMatchObject([
    { address: "127.0.0.1", country: null, agent: "a", device: null },
    { country: "DE", agent: "b", device: "phone" },
    { country: null },
    { country: null },
    { country: null },
  ]);
});

let addresses = 0;
function uniqueAddress(): string {
  return `198.18.0.${++addresses}`;
}

test("a device's name is short", async () => {
  await buy(server.url, { "x-lml-device": "d".repeat(1000) });
  expect(await signals()).toMatchObject([{ device: "d".repeat(200) }]);
});

test("a country's header without a proxy is a mistake that is told", () => {
  const environment = {
    LML_SERVER_DATABASE_URL: "postgres://lml_authenticator@127.0.0.1/lml",
    STRIPE_SECRET_KEY: "sk_test_x",
    STRIPE_PUBLISHABLE_KEY: "pk_test_x",
    STRIPE_WEBHOOK_SECRET: "whsec_x",
    LML_COUNTRY_HEADER: "cf-ipcountry",
  };
  expect(() => readConfig(environment)).toThrow("LML_COUNTRY_HEADER needs LML_TRUST_PROXY");
  const proxy = { ...environment, LML_TRUST_PROXY: "127.0.0.1" };
  expect(readConfig(proxy)).toMatchObject({ countryHeader: "cf-ipcountry" });
  expect(() => readConfig({ ...proxy, LML_COUNTRY_HEADER: "not a header" })).toThrow(
    "LML_COUNTRY_HEADER must be the name of a header",
  );
});
