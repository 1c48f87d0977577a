// If these tests failed, somebody could act on another organization's rows by knowing their ids.
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Theatre } from "../races/theatre.ts";
import { type Attackable, functionsOf, furnish, idsOf, valueFor } from "./house.ts";

/** What strangers may do with any id, because it is for everybody. */
const forEverybody: ReadonlySet<string> = new Set([
  "acquire_seat_lock",
  "add_ons_left",
  "admissions_left",
  "cancellation_terms",
  "give_consent",
  "hold_admissions",
  "hold_best_available",
  "hold_seats",
  "request_guest_consent",
  "search_events",
  "seat_categories",
  "seat_map",
  "seat_map_changes",
  "seat_prices",
  "withdraw_consent",
]);

let theatre: Theatre;
let client: pg.Client;
let functions: readonly Attackable[];
let foreign: Readonly<Record<string, string>>;

beforeAll(async () => {
  theatre = await Theatre.open();
  client = await theatre.database.connect("superuser");
  await client.query("select tests.create_theatre('rival')");
  await furnish(client, "theatre");
  functions = (await functionsOf(client)).filter(({ parameters }) =>
    parameters.some(({ type }) => type === "uuid"),
  );
  foreign = await idsOf(client, "theatre");
}, 60_000);

afterAll(() => theatre[Symbol.asyncDispose]());

test("every function with an id refuses those of others, and changes nothing", async () => {
  expect(functions.length).toBeGreaterThan(12);
  const found: Record<string, string> = {};
  for (const attacked of functions.filter(({ name }) => !forEverybody.has(name))) {
    for (const who of ["rival owner", "eve"]) {
      const outcome = await attack(attacked, who);
      if (outcome !== "refused" && outcome !== "nothing") {
        found[`${attacked.name} as ${who}`] = outcome;
      }
    }
  }
  expect(found).toEqual({});
}, 60_000);

test("the ids are right: their owner gets through with them", async () => {
  const publish = functions.find(({ name }) => name === "publish_event");
  if (publish === undefined) throw new Error("publish_event is gone.");
  expect(await attack(publish, "theatre owner")).toBe("changed something");
});

test("control: without the check of the caller's rights, a stranger gets through", async () => {
  const found: string[] = [];
  await client.query("begin");
  await client.query(`
    create or replace function app_hidden.require_permission(organization_id uuid, permission text)
    returns void language sql stable as 'select'`);
  for (const attacked of functions.filter(({ name }) => !forEverybody.has(name))) {
    if ((await attack(attacked, "eve")) === "changed something") found.push(attacked.name);
  }
  await client.query("rollback");
  expect(found).toContain("publish_event");
  expect(found).toContain("create_performance");
  expect(found).toContain("update_venue");
}, 60_000);

/** Calls a function with somebody else's ids, and tells what came of it. Nothing of it stays. */
async function attack({ name, parameters }: Attackable, who: string): Promise<string> {
  await client.query("savepoint attack").catch(() => client.query("begin; savepoint attack"));
  const print = async (): Promise<string | undefined> => {
    const { rows } = await client.query<{ print: string }>("select tests.fingerprint() as print");
    return rows[0]?.print;
  };
  try {
    await client.query("select tests.user_id($1)", [who]);
    const before = await print();
    await client.query(`select tests.sign_in('${who}')`);
    const names = parameters.map((parameter, index) => `${parameter.name} => $${index + 1}`);
    const result = await client.query<{ result: unknown }>(
      `select to_jsonb(r) as result from app_public.${name}(${names.join(", ")}) as r`,
      parameters.map((parameter) => valueFor(foreign, name, parameter)),
    );
    await client.query("reset role");
    if ((await print()) !== before) return "changed something";
    const told = result.rows.filter((row) => saysSomething(row.result));
    return told.length === 0 ? "nothing" : `told ${JSON.stringify(told)}`;
  } catch (error) {
    if (error instanceof pg.DatabaseError && /^LM|^42501$/.test(error.code ?? "")) return "refused";
    throw new Error(`${name} as ${who} failed in another way`, { cause: error });
  } finally {
    await client.query("rollback to savepoint attack; reset role");
    await client.query("release savepoint attack");
  }
}

/** Whether a result has any value in it. */
function saysSomething(result: unknown): boolean {
  if (result === null || result === false) return false;
  return typeof result !== "object" || Object.values(result).some(saysSomething);
}
