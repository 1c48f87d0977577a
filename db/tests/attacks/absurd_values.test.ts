// If this fails, somebody with rights can send a value that ends in an error of ours, or is stored though it means nothing.
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Theatre } from "../races/theatre.ts";
import { type Attackable, functionsOf, furnish, idsOf, valueFor } from "./house.ts";

/** What nobody means, by type. */
const absurd: Readonly<Record<string, readonly unknown[]>> = {
  integer: [0, -1, 10_000, 2_147_483_647, -2_147_483_648],
  bigint: [0, -1, "9223372036854775807", "-9223372036854775808"],
  numeric: [0, -1, "NaN", "Infinity", "-Infinity", "1e300"],
  "timestamp with time zone": ["infinity", "-infinity", "294276-12-31T00:00:00Z", "4713-01-01 BC"],
  date: ["infinity", "-infinity", "5874897-12-31", "4713-01-01 BC"],
  text: ["", " ", "x".repeat(100_000), "\u0001", "XXX"],
  citext: ["", "x".repeat(100_000)],
  jsonb: ["null", "1", "[]", '""', '{"x": {"y": [null]}}', "[".repeat(500) + "]".repeat(500)],
  "text[]": [[null], [""], Array.from({ length: 10_000 }, (_, n) => `x${n}`)],
  "integer[]": [[null], [-1], [2_147_483_647], Array.from({ length: 10_000 }, (_, n) => n)],
  "numeric[]": [[null], ["NaN"], ["-1"], Array.from({ length: 10_000 }, (_, n) => n)],
  "bigint[]": [[null], ["9223372036854775807", "9223372036854775807"]],
  "date[]": [[null], ["infinity"]],
  "time without time zone[]": [[null], ["24:00"]],
};

let theatre: Theatre;
let client: pg.Client;
let functions: readonly Attackable[];
let own: Readonly<Record<string, string>>;

beforeAll(async () => {
  theatre = await Theatre.open();
  client = await theatre.database.connect("superuser");
  await furnish(client, "theatre");
  own = await idsOf(client, "theatre");
  functions = await functionsOf(client);
}, 60_000);

afterAll(() => theatre[Symbol.asyncDispose]());

/** How a call ends with one absurd value among good ones. Nothing of it stays. */
async function attempt(call: string, values: readonly unknown[]): Promise<string> {
  await client.query("savepoint attempt");
  try {
    await client.query(call, [...values]);
    await client.query("set constraints all immediate");
    return "done";
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) throw error;
    const limitIsTold = /this is true: .|^A slug is /.test(error.hint ?? "");
    if (error.message.includes("must be true") && !limitIsTold) return `no limit: ${error.message}`;
    return `${error.code ?? ""} ${error.message}`;
  } finally {
    await client.query("rollback to savepoint attempt; release savepoint attempt");
  }
}

test("an absurd value is refused with a code, or means something", async () => {
  const found: Record<string, string> = {};
  let accepted = 0;
  for (const { name, parameters } of functions) {
    const named = parameters.map((parameter, index) => `${parameter.name} => $${index + 1}`);
    const call = `select * from app_public.${name}(${named.join(", ")})`;
    const good = parameters.map((parameter) => valueFor(own, name, parameter));
    await client.query("begin; select tests.sign_in('theatre owner')");
    for (const [index, parameter] of parameters.entries()) {
      for (const value of absurd[parameter.type] ?? []) {
        const outcome = await attempt(call, good.with(index, value));
        const said = `${name}(${parameter.name} => ${JSON.stringify(value).slice(0, 40)})`;
        if (outcome === "done") accepted += 1;
        else if (!/^(LM|42501)/.test(outcome)) found[said] = outcome.slice(0, 100);
      }
    }
    await client.query("rollback");
  }
  expect(found).toEqual({});
  // The other values of a call are good: else all would be refused for those.
  expect(accepted).toBeGreaterThan(200);
}, 120_000);

// Which months the books have is not for a caller to say, and a scanner's clock may show anything.
const noTimeOfOurs = new Set(["period", "device_time"]);

// Set before now, they count from now.
const fromNowOn = new Set(["set_price.valid_from", "set_tax_rate.valid_from"]);

test("what takes place, is sold or counts does so between the years 1800 and 3000", async () => {
  const chosen: Readonly<Record<string, unknown>> = {
    ...Object.fromEntries(
      [
        "create_add_on.organization_id",
        "create_discount_code.amount_cents",
        "grant_membership.user_id",
      ].map((left) => [left, null]),
    ),
    "allocate_seats.seat_ids": await theatre.value("select tests.seats(11)"),
    "create_performances.weekdays": [1, 2, 3, 4, 5, 6, 7],
    "grant_membership.email": "m@example.com",
    "import_memberships.emails": ["m@example.com"],
    "postpone_event.event_id": await theatre.value("select tests.id('theatre.event')"),
    "update_event.banner_url": "https://b.example",
    "update_performance.performance_id": await theatre.value(
      "select id from app_public.performances where event_id = tests.id('draft.event')",
    ),
  };
  const accepted: string[] = [];
  const outcomes: Record<string, string> = {};
  for (const { name, parameters, changes } of functions) {
    const times = parameters.filter(
      (each) => /^(timestamp|date$)/.test(each.type) && !noTimeOfOurs.has(each.name),
    );
    if (!changes || times.length === 0) continue;
    const named = parameters.map((parameter, index) => `${parameter.name} => $${index + 1}`);
    const call = `select * from app_public.${name}(${named.join(", ")})`;
    const good = parameters.map((parameter) => {
      const value = chosen[`${name}.${parameter.name}`];
      return value === undefined ? valueFor(own, name, parameter) : value;
    });
    await client.query("begin; select tests.sign_in('theatre owner')");
    outcomes[name] = await attempt(call, good);
    for (const parameter of times) {
      const at = parameters.indexOf(parameter);
      for (const value of ["3000-01-02T00:00:00Z", "1799-12-30T00:00:00Z"]) {
        const said = `${name}.${parameter.name}`;
        if (value.startsWith("1") && fromNowOn.has(said)) continue;
        if ((await attempt(call, good.with(at, value))) === "done")
          accepted.push(`${said} ${value}`);
      }
    }
    await client.query("rollback");
  }
  expect(accepted).toEqual([]);
  // Without such a time, each of them is carried out.
  expect(new Set(Object.values(outcomes)), JSON.stringify(outcomes)).toEqual(new Set(["done"]));
}, 60_000);
