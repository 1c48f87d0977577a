// If these tests failed, somebody with rights in one organization could reach into another one by naming a row of it
// beside a row of their own.
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Theatre } from "../races/theatre.ts";
import { furnish } from "./house.ts";

/** Calls that succeed when all rows in braces are of one organization, and who makes them. */
const calls: readonly (readonly [who: string, call: string])[] = [
  ["theatre owner", "add_on_orders({theatre.performance}, {shirt})"],
  ["theatre owner", "assign_fraud_alert({alert}, {staff})"],
  [
    "theatre owner",
    "create_admission_pool({draft.performance}, 'X', 1, array[{draft.standing}]::uuid[])",
  ],
  [
    "theatre owner",
    "create_admission_pool({draft.performance}, 'X', 1, array[{draft.standing}]::uuid[], {draft.floor})",
  ],
  [
    "theatre owner",
    "create_discount_code({draft.event}, 'OTHER', 1, ticket_category_id => {draft.category})",
  ],
  [
    "theatre owner",
    "create_event({theatre.organization}, {theatre.venue}, 'X', 'x', tax_rate_id => {theatre.tax_rate})",
  ],
  [
    "theatre owner",
    "create_payment_plan({draft.event}, 'X', 1, 50, ticket_category_id => {draft.category})",
  ],
  ["theatre owner", "create_performance({draft.event}, {theatre.layout}, '2040-01-01')"],
  [
    "theatre owner",
    "create_performances({draft.event}, '2040-01-01', '2040-01-01', '{20:00}', layout_id => {theatre.layout})",
  ],
  [
    "theatre owner",
    "create_virtual_event({theatre.organization}, 'X', 'x', 'UTC', tax_rate_id => {theatre.tax_rate})",
  ],
  ["theatre owner", "grant_venue_access({member}, {theatre.venue})"],
  [
    "theatre owner",
    "hold_for_customer({standing.performance}, 'y@example.com', ticket_category_id => {standing.floor.category}, quantity => 1)",
  ],
  ["theatre owner", "move_event_to_layout({theatre.event}, {theatre.layout})"],
  ["theatre owner", "move_performance_to_layout({theatre.performance}, {theatre.layout})"],
  ["theatre owner", "open_payout_account({theatre.organization}, 'AT', 'p@b.example', {promoter})"],
  ["theatre owner", "payment_provider_calls({theatre.organization}, {paid})"],
  ["theatre owner", "refund_fees({paid}, 'x', array[{ticket}]::uuid[])"],
  ["theatre owner", "refund_tickets({paid}, 'x', array[{ticket}]::uuid[])"],
  ["theatre owner", "quote_cancellation({paid}, array[{ticket}]::uuid[])"],
  ["theatre owner", "register_scanner_device({theatre.venue}, 'X', {gate})"],
  [
    "theatre owner",
    "save_attendee_question({draft.event}, 'X', ticket_category_id => {draft.category})",
  ],
  ["theatre owner", "save_attendee_question({draft.event}, 'X', question_id => {question})"],
  ["theatre owner", "save_entry_gate({theatre.venue}, 'X', {zone})"],
  [
    "theatre owner",
    "set_cancellation_policy({theatre.organization}, '{0}', '{100}', {draft.event})",
  ],
  ["theatre owner", "set_event_promoter({draft.event}, {promoter}, 50)"],
  ["theatre owner", "set_event_tax_jurisdiction({draft.event}, {jurisdiction})"],
  ["theatre owner", "set_venue_tax_jurisdiction({theatre.venue}, {jurisdiction})"],
  ["theatre owner", "transfer_ownership({theatre.organization}, {member})"],
  ["theatre owner", "hold_allocated_seats({allocation}, tests.seats(8), {owner cart})"],
  [
    "theatre owner",
    "hold_allocated_admissions({places}, {standing.floor.category}, 1, {standing cart})",
  ],
  ["ada", "add_add_on({cart}, {shirt}, 1)"],
  ["ada", "choose_payment_plan({cart}, {plan})"],
  ["ada", "quote_payment_plan({cart}, {plan})"],
  ["ada", "hold_admissions({standing.performance}, {standing.floor.category}, 1)"],
  [
    "ada",
    "hold_best_available({theatre.performance}, {theatre.category}, 1, booking_id => {cart})",
  ],
  ["ada", "hold_seats({theatre.performance}, tests.seats(3), {cart})"],
  [
    "ada",
    "quote({standing.performance}, ticket_category_ids => array[{standing.floor.category}]::uuid[], quantities => '{1}')",
  ],
];

/** What may come back empty instead of an error. */
const readers = /^(add_on_orders|payment_provider_calls)\(/;

let theatre: Theatre;
let client: pg.Client;
let own: Readonly<Record<string, string>>;
let foreign: Readonly<Record<string, string>>;

beforeAll(async () => {
  theatre = await Theatre.open();
  client = await theatre.database.connect("superuser");
  await client.query("select tests.create_theatre('rival')");
  own = await furnished("theatre");
  foreign = await furnished("rival");
}, 60_000);

afterAll(() => theatre[Symbol.asyncDispose]());

/** The ids of a house by the names of its story, in which each house is called theatre. */
async function furnished(house: string): Promise<Readonly<Record<string, string>>> {
  await furnish(client, house);
  const buyer = house === "theatre" ? "ada" : "eve";
  await client.query(`
    select tests.sign_in('${buyer}');
    select tests.keep(
      'cart', (app_public.hold_seats(tests.id('${house}.performance'), tests.seats(4))).id
    );
    select tests.sign_in('${house} owner');
    select tests.keep('owner cart', (app_public.hold_for_customer(
      tests.id('${house}.performance'), 'z@example.com', seat_ids => tests.seats(6)
    )).id);
    select tests.keep('standing cart', (app_public.hold_for_customer(
      tests.id('standing.performance'), 'z@example.com',
      ticket_category_id => tests.id('standing.floor.category'), quantity => 1
    )).id);
    select tests.keep('draft.performance', id) from app_public.performances
    where event_id = tests.id('draft.event');
    select tests.keep('plan', (app_public.create_payment_plan(
      tests.id('${house}.event'), 'Soon', 1, 50, first_due_days => 3, last_due_days_before => 4, grace_days => 1
    )).id);
    select tests.keep('draft.standing', (
      app_public.create_ticket_category(tests.id('draft.event'), 'Terrace', 1)
    ).id);
    select tests.keep('draft.floor', (app_public.create_admission_pool(
      tests.id('draft.performance'), 'Floor', 5,
      array[(app_public.create_ticket_category(tests.id('draft.event'), 'Floor', 1)).id]
    )).id);
    select app_public.set_category_approval(c.id, false)
    from app_public.ticket_categories as c
    where c.event_id = tests.id('${house}.event');
    reset role;
    select tests.keep('draft.category', (select id from app_public.ticket_categories
      where event_id = tests.id('draft.event') order by id limit 1));
    select tests.keep('${house}.category', (select id from app_public.ticket_categories
      where event_id = tests.id('${house}.event') order by id limit 1));
    select tests.keep('ticket', (select id from app_public.tickets
      where booking_id = tests.id('paid') order by id limit 1));
    select tests.keep('alert', (select id from app_public.fraud_alerts
      where organization_id = tests.id('${house}.organization') order by id limit 1));
    select tests.keep('staff', tests.user_id('${house} owner'));
    select tests.keep('member', (select id from app_public.organization_members
      where user_id = tests.user_id('${house} manager')));
  `);
  const { rows } = await client.query<{ name: string; id: string }>(
    "select name, id from tests.ids",
  );
  return Object.fromEntries(rows.map(({ name, id }) => [name.replace(house, "theatre"), id]));
}

interface Attempt {
  readonly outcome: string;
  readonly rows: number;
}

/** Makes a call with the row at `swapped` taken from the other house. Nothing of it stays. */
async function attempt(who: string, call: string, swapped?: number): Promise<Attempt> {
  let position = -1;
  const text = call.replaceAll(/\{([a-z][a-z_. ]*)\}/g, (_, name: string) => {
    position += 1;
    const id = (position === swapped ? foreign : own)[name];
    if (id === undefined) throw new Error(`No row is called ${name}.`);
    return `'${id}'`;
  });
  await client.query("begin");
  try {
    await client.query(`select tests.sign_in('${who}')`);
    const { rows } = await client.query(`select * from app_public.${text}`);
    await client.query("set constraints all immediate");
    return { outcome: "done", rows: rows.length };
  } catch (error) {
    if (error instanceof pg.DatabaseError) {
      return { outcome: `${error.code ?? ""} ${error.message}`, rows: 0 };
    }
    throw error;
  } finally {
    await client.query("rollback");
  }
}

test("control: with rows of one organization, each call is made", async () => {
  const failed: Record<string, string> = {};
  for (const [who, call] of calls) {
    const { outcome } = await attempt(who, call);
    if (outcome !== "done") failed[call] = outcome;
  }
  expect(failed).toEqual({});
}, 60_000);

test("a row of another organization beside one's own is refused, with a code", async () => {
  const found: Record<string, string> = {};
  for (const [who, call] of calls) {
    const places = call.match(/\{[a-z][a-z_. ]*\}/g) ?? [];
    for (const [position, name] of places.entries()) {
      const { outcome, rows } = await attempt(who, call, position);
      const isEmpty = outcome === "done" && rows === 0 && readers.test(call);
      if (!outcome.startsWith("LM") && !isEmpty) found[`${call}: foreign ${name}`] = outcome;
    }
  }
  expect(found).toEqual({});
}, 60_000);
