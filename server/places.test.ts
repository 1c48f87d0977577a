// If these tests failed, people could not tell which session is theirs, a thief would not be noticed, or a client
// could say itself where it is.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { examinePlaces } from "../cli/doctor/machine.ts";
import { readConfig } from "./config.ts";
import { openPlaceDatabase } from "./places.ts";
import type { RunningServer } from "./server.ts";
import {
  type Anything,
  ask,
  createTheatre,
  randomToken,
  signUp,
  startTestServer,
  serve,
  type TestServer,
} from "./testing.ts";
import { writePlaceDatabase } from "./testing-places.ts";

const directory = mkdtempSync(join(tmpdir(), "lml-places-"));
const password = "seven violet bicycles";
const vienna = { country: { iso_code: "AT" }, city: { names: { en: "Vienna" } } };
const germany = { country: { iso_code: "DE" } };
const file = writePlaceDatabase(join(directory, "places.mmdb"), [
  ["203.0.113.0", 24, vienna],
  ["198.51.100.0", 24, vienna],
  ["192.0.2.0", 24, germany],
  ["2001:db8::", 32, germany],
  // A database that is wrong about what is nobody's place.
  ["10.0.0.0", 8, vienna],
  ["192.88.99.0", 24, { country: { iso_code: "Austria" } }],
]);

let server: TestServer;
let proxied: RunningServer;

beforeAll(async () => {
  server = await startTestServer({ placeDatabase: file });
  proxied = await serve(server.database, { placeDatabase: file, trustProxy: "127.0.0.1" });
});

afterAll(async () => {
  await proxied.close();
  await server[Symbol.asyncDispose]();
  rmSync(directory, { recursive: true });
});

async function signInFrom(
  url: string,
  email: string,
  headers: Readonly<Record<string, string>>,
): Promise<string> {
  const { data } = await ask(
    url,
    `mutation ($email: String!) { signIn(input: { email: $email, password: "${password}" }) { token } }`,
    { email },
    { headers },
  );
  return data.signIn.token;
}

async function lastSession(token: string): Promise<Anything> {
  const { currentUser } = await server.data(
    "{ currentUser { sessions { nodes { place country city network } } } }",
    {},
    { token },
  );
  return currentUser.sessions.nodes.at(-1);
}

async function warnings(email: string): Promise<Anything[]> {
  const client = await server.database.connect("superuser");
  const { rows } = await client.query(
    `select e.variables from app_private.outgoing_emails as e
    where e.recipient operator(public.=) $1 and e.template = 'new_sign_in' order by e.id`,
    [email],
  );
  return rows.map(({ variables }: Anything) => variables);
}

describe("a database of addresses", () => {
  test.each([
    ["203.0.113.7", { country: "AT", city: "Vienna" }],
    ["::ffff:203.0.113.7", { country: "AT", city: "Vienna" }],
    ["192.0.2.1", { country: "DE" }],
    ["2001:db8:1:2::3", { country: "DE" }],
    ["10.1.2.3", {}],
    ["::ffff:10.1.2.3", {}],
    ["127.0.0.1", {}],
    ["fe80::1", {}],
    ["192.88.99.1", {}],
    ["8.8.8.8", {}],
    ["no address", {}],
  ])("knows of %s no more than it may say", async (address, place) => {
    expect((await openPlaceDatabase(file)).placeOf(address)).toEqual(place);
  });

  test("that is none stops the server from starting, and is told by lml doctor", async () => {
    const none = join(directory, "none.mmdb");
    writeFileSync(none, "<html>Please sign in to download.</html>");
    const other = writePlaceDatabase(join(directory, "asn.mmdb"), [], { type: "Test-ASN" });
    for (const wrong of [none, other, join(directory, "missing.mmdb")]) {
      const started = serve(server.database, { placeDatabase: wrong });
      await expect(started).rejects.toThrow("LML_PLACE_DATABASE");
      expect(await examinePlaces(wrong)).toMatchObject({ status: "fail" });
    }
    const old = writePlaceDatabase(join(directory, "old.mmdb"), [["192.0.2.0", 24, germany]], {
      builtAt: new Date(Date.now() - 100 * 86_400_000),
    });
    expect(await examinePlaces(old)).toMatchObject({ status: "warn" });
    expect(await examinePlaces(file)).toMatchObject({ status: "ok" });
    expect(await examinePlaces(undefined)).toMatchObject({ status: "skip" });
  });

  test("and a header cannot both say where a client is", () => {
    const environment = {
      LML_SERVER_DATABASE_URL: "postgres://lml_authenticator@127.0.0.1/lml",
      STRIPE_SECRET_KEY: "sk_test_x",
      STRIPE_PUBLISHABLE_KEY: "pk_test_x",
      STRIPE_WEBHOOK_SECRET: "whsec_x",
      LML_TRUST_PROXY: "127.0.0.1",
      LML_PLACE_DATABASE: file,
    };
    expect(readConfig(environment)).toMatchObject({ placeDatabase: file });
    expect(() => readConfig({ ...environment, LML_COUNTRY_HEADER: "cf-ipcountry" })).toThrow(
      "not both",
    );
  });
});

describe("a session", () => {
  test("has the country and the city of its address, where they are known", async () => {
    const { email } = await signUp(server, { password });
    const from = async (address: string): Promise<Anything> =>
      lastSession(await signInFrom(proxied.url, email, { "x-forwarded-for": address }));
    expect(await from("203.0.113.7")).toEqual({
      place: "Vienna, AT",
      country: "AT",
      city: "Vienna",
      network: "203.0.113.0/24",
    });
    expect(await from("192.0.2.1")).toMatchObject({ place: "DE", country: "DE", city: null });
    expect(await from("10.1.2.3")).toMatchObject({ place: null, network: "10.1.2.0/24" });
  });

  const forged = {
    "x-forwarded-for": "203.0.113.7",
    "cf-ipcountry": "AT",
    "lml.country": "AT",
    "x-lml-country": "AT",
  };

  test("has no place that a client made up", async () => {
    const { email } = await signUp(server, { password });
    const token = await signInFrom(server.url, email, forged);
    expect(await lastSession(token)).toMatchObject({ place: null, network: "127.0.0.0/24" });
    // Through a proxy that is trusted, its address counts and no header does.
    const there = await signInFrom(proxied.url, email, {
      ...forged,
      "x-forwarded-for": "203.0.113.7, 192.0.2.1",
    });
    expect(await lastSession(there)).toMatchObject({ place: "DE" });
  });

  test("control: from a trusted proxy the address counts", async () => {
    const { email } = await signUp(server, { password });
    const token = await signInFrom(proxied.url, email, forged);
    expect(await lastSession(token)).toMatchObject({ place: "Vienna, AT" });
  });

  test("from a new place is told to its user, and from a known one not", async () => {
    const { email } = await signUp(server, { password });
    const from = (address: string): Promise<string> =>
      signInFrom(proxied.url, email, { "x-forwarded-for": address });
    expect(await warnings(email)).toEqual([]);
    await signInFrom(server.url, email, {});
    expect(await warnings(email)).toEqual([]);
    await from("203.0.113.7");
    const warned = [{ place: "Vienna, AT", network: "203.0.113.0/24" }];
    expect(await warnings(email)).toEqual(warned);
    // The same network, and another one in the same city.
    await from("203.0.113.9");
    await from("198.51.100.1");
    expect(await warnings(email)).toEqual(warned);
    await from("8.8.8.8");
    expect(await warnings(email)).toEqual([...warned, { place: null, network: "8.8.8.0/24" }]);
  });
});

test("rules go by the same country", async () => {
  const theatre = await createTheatre(server, { seats: 2 });
  const countries: unknown[] = [];
  for (const [at, url] of [proxied.url, server.url].entries()) {
    const caller = {
      cartToken: randomToken(),
      headers: { "x-forwarded-for": "192.0.2.1", "cf-ipcountry": "AT" },
    };
    const held = await ask(
      url,
      `mutation ($performanceId: UUID!, $seatIds: [String!]!) {
        holdSeats(input: { performanceId: $performanceId, seatIds: $seatIds }) { booking { id } }
      }`,
      { performanceId: theatre.performanceId, seatIds: [theatre.seatIds[at]] },
      caller,
    );
    const { id } = held.data.holdSeats.booking;
    await ask(
      url,
      `mutation ($id: UUID!) {
        startCheckout(input: { bookingId: $id, email: "ada@example.com" }) { booking { id } }
      }`,
      { id },
      caller,
    );
    const client = await server.database.connect("superuser");
    const { rows } = await client.query(
      "select country from app_private.booking_signals where booking_id = $1",
      [id],
    );
    countries.push(rows[0].country);
  }
  expect(countries).toEqual(["DE", null]);
});
