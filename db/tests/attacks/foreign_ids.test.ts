// If these tests failed, somebody could act on another organization's rows by knowing their ids, or on those of their own
// organization without the right to.
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
/** Of all rows, before an attack. */
let untouched: string | undefined;

beforeAll(async () => {
  theatre = await Theatre.open();
  client = await theatre.database.connect("superuser");
  await client.query("select tests.create_theatre('rival')");
  await furnish(client, "theatre");
  functions = (await functionsOf(client)).filter(({ parameters }) =>
    parameters.some(({ type }) => type === "uuid"),
  );
  foreign = await idsOf(client, "theatre");
  await client.query("select tests.user_id(n) from unnest(array['rival owner', 'eve']) as n");
  untouched = await fingerprint();
}, 60_000);

afterAll(() => theatre[Symbol.asyncDispose]());

test("every function with an id refuses those of others, and changes nothing", async () => {
  expect(functions.length).toBeGreaterThan(12);
  const found: Record<string, string> = {};
  for (const attacked of functions.filter(({ name }) => !forEverybody.has(name))) {
    for (const who of ["rival owner", "eve"]) {
      const outcome = await attack(attacked, who);
      if (outcome !== "nothing" && !isRefusal(outcome)) {
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

test("every function that needs a right refuses a colleague who has none", async () => {
  const { rows } = await client.query<{ name: string }>(`
    select p.proname as name from pg_proc as p
    where p.pronamespace = 'app_public'::regnamespace
      and obj_description(p.oid, 'pg_proc') ~ 'Needs [a-z]+[.][a-z_]+'`);
  const answers = await answersToColleague(rows.map(({ name }) => name));
  expect(Object.keys(answers).length).toBeGreaterThan(100);
  // Who may not see a booking is told that there is none.
  const others = Object.entries(answers).filter(([, answer]) => !/^LM(RGT|BKG)$/.test(answer));
  expect(Object.fromEntries(others)).toEqual({});
}, 60_000);

test("control: without the check of the caller's rights, the colleague gets an answer", async () => {
  const weaken = `
    create or replace function app_hidden.require_permission(organization_id uuid, permission text)
    returns void language sql stable as 'select'`;
  expect(await answersToColleague(["reproduce_payout", "set_pool_capacity"], weaken)).toEqual({
    reproduce_payout: "an answer",
    set_pool_capacity: "an answer",
  });
});

/** What functions answer to a member who may do nothing but see that the organization exists. */
async function answersToColleague(
  names: readonly string[],
  weaken = "select",
): Promise<Record<string, string>> {
  const answers: Record<string, string> = {};
  await client.query(`begin; ${weaken};
    delete from app_public.role_permissions
    where role = 'viewer' and permission <> 'organization.read'`);
  for (const called of functions.filter(({ name }) => names.includes(name))) {
    answers[called.name] = await withoutTrace(async () => {
      await call(called, "theatre viewer");
      return "an answer";
    });
  }
  await client.query("rollback");
  return answers;
}

/** Calls a function with ids of the attacked house, and tells what came of it. Nothing of it stays. */
async function attack(attacked: Attackable, who: string): Promise<string> {
  return await withoutTrace(async () => {
    const results = await call(attacked, who);
    if ((await fingerprint()) !== untouched) return "changed something";
    const told = results.filter(saysSomething);
    return told.length === 0 ? "nothing" : `told ${JSON.stringify(told)}`;
  });
}

async function fingerprint(): Promise<string | undefined> {
  const { rows } = await client.query<{ print: string }>("select tests.fingerprint() as print");
  return rows[0]?.print;
}

/** What a function answers to somebody who has these ids. */
async function call({ name, parameters }: Attackable, who: string): Promise<unknown[]> {
  await client.query(`select tests.sign_in('${who}')`);
  const names = parameters.map((parameter, index) => `${parameter.name} => $${index + 1}`);
  const { rows } = await client.query<{ result: unknown }>(
    `select to_jsonb(r) as result from app_public.${name}(${names.join(", ")}) as r`,
    parameters.map((parameter) => valueFor(foreign, name, parameter)),
  );
  await client.query("reset role");
  return rows.map(({ result }) => result);
}

/** What an action answers, or the code with which it is refused. */
async function withoutTrace(action: () => Promise<string>): Promise<string> {
  await client.query("savepoint attack").catch(() => client.query("begin; savepoint attack"));
  try {
    return await action();
  } catch (error) {
    const code = error instanceof pg.DatabaseError ? (error.code ?? "") : "";
    if (isRefusal(code)) return code;
    throw error;
  } finally {
    await client.query("rollback to savepoint attack; reset role");
    await client.query("release savepoint attack");
  }
}

/** Whether it is a code of ours, or a right of PostgreSQL's that is missing. */
function isRefusal(outcome: string): boolean {
  return /^(LM[A-Z]{3}|42501)$/.test(outcome);
}

/** Whether a result has any value in it. */
function saysSomething(result: unknown): boolean {
  if (result === null || result === false) return false;
  return typeof result !== "object" || Object.values(result).some(saysSomething);
}
