// If these tests failed, somebody could act on another organization's rows by knowing their ids, or break the server
// with a number that no form would send.
import { createHash } from "node:crypto";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Theatre } from "../races/theatre.ts";

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

interface Attackable {
  readonly name: string;
  readonly parameters: readonly Parameter[];
}

interface Parameter {
  readonly name: string;
  readonly type: string;
  /** The first value of an enum. */
  readonly label: string | null;
}

let theatre: Theatre;
let client: pg.Client;
let functions: readonly Attackable[];
let foreign: Readonly<Record<string, string>>;

beforeAll(async () => {
  theatre = await Theatre.open();
  client = await theatre.database.connect("superuser");
  await client.query(`
    select tests.create_theatre('rival');
    select tests.sell('paid', 'theatre', 1, 1, 2);
    select tests.sell('refunded', 'theatre', 8, 9);
    select tests.sign_in('ada');
    select tests.keep(
      'cart', (app_public.hold_seats(tests.id('theatre.performance'), tests.seats(5))).id
    );
    select tests.as_owner();
    select tests.rule('rule', 'amount', 'alert', amount_cents => 1, amount_currency => 'EUR');
    select tests.sell('alerted', 'theatre', 9, 7);
    select tests.keep('draft.event', tests.create_event('theatre', 'draft'));
    select tests.sign_in('theatre owner');
    select tests.keep('zone', (app_public.save_entry_zone(
      tests.id('theatre.venue'), 'Zone', array['Stalls']
    )).id);
    select tests.keep('gate', (app_public.save_entry_gate(tests.id('theatre.venue'), 'Gate')).id);
    select tests.keep('device', (app_public.register_scanner_device(
      tests.id('theatre.venue'), 'Scanner'
    )).device_id);
    select tests.create_standing();
    select tests.keep('allocation', (
      app_public.allocate_seats(tests.id('theatre.performance'), tests.seats(8), 'house', 'x')
    ).id);
    select tests.sign_in('theatre owner');
    select app_public.refund_booking_amount(tests.id('refunded'), 100, 'x');
    select app_public.set_refund_approval(tests.id('theatre.organization'), 0);
    select tests.keep('request', (
      app_public.refund_booking_amount(tests.id('refunded'), 100, 'x')
    ).id);
    select app_public.set_refund_approval(tests.id('theatre.organization'), null);
    select tests.keep('plan', (app_public.create_payment_plan(
      tests.id('theatre.event'), 'Plan', 1, 50
    )).id);
    select tests.keep('sold', (app_public.hold_for_customer(
      tests.id('theatre.performance'), 'x@example.com', seat_ids => tests.seats(11)
    )).id);
    select app_public.checkout_for_customer(tests.id('sold'), 'cash');
    select app_public.cancel_booking(tests.id('sold'));
    select tests.keep('places', (
      app_public.allocate_admissions(tests.id('standing.floor'), 1, 'house', 'x')
    ).id);
    select tests.keep('question', (
      app_public.save_attendee_question(tests.id('draft.event'), 'x')
    ).id);
    select tests.keep('shirt', (
      app_public.create_add_on('Shirt', 100, tests.id('theatre.event'))
    ).id);
    select tests.keep('mug', (
      app_public.create_add_on('Mug', 100, tests.id('draft.event'), stock => 5)
    ).id);
    select tests.keep('code', (
      app_public.create_discount_code(tests.id('draft.event'), 'CODE', percentage => 1)
    ).id);
    select tests.keep('rule of price', (app_public.create_pricing_rule(
      (select id from app_public.ticket_categories where event_id = tests.id('draft.event') limit 1),
      'x', 'hours_to_event', percentage => 1
    )).id);
    select tests.keep('membership', (
      app_public.grant_membership(tests.id('theatre.organization'), 'member@example.com')
    ).id);
    select tests.keep('jurisdiction', (
      app_public.save_tax_jurisdiction(tests.id('theatre.organization'), 'AT')
    ).id);
    select tests.as_guest(8);
    select tests.keep('with a shirt', (
      app_public.hold_seats(tests.id('theatre.performance'), tests.seats(12))
    ).id);
    select app_public.add_add_on(tests.id('with a shirt'), tests.id('shirt'), 1);
    select app_public.start_checkout(tests.id('with a shirt'), 'x@example.com');
    reset role;
    select tests.pay(tests.id('with a shirt'));
    select tests.as_guest(8);
    select tests.keep('asked', (
      app_public.hold_seats(tests.id('theatre.performance'), tests.seats(10))
    ).id);
    select tests.sign_in('theatre owner');
    select app_public.set_category_approval(c.id, true)
    from app_public.ticket_categories as c
    where c.event_id = tests.id('theatre.event');
    select tests.as_guest(8);
    select app_public.start_checkout(tests.id('asked'), 'x@example.com');
    reset role;
    insert into app_public.organization_verifications (organization_id, documents)
    values (tests.id('theatre.organization'), '["x"]');
    insert into app_public.organization_invitations (
      id, organization_id, email, role, invited_by, expires_at
    )
    values (
      tests.keep('invitation', uuidv7()), tests.id('theatre.organization'), 'new@example.com',
      'staff', tests.user_id('theatre owner'), now() + interval '1 day'
    );
    insert into app_public.payment_findings (organization_id, kind, subject)
    values (tests.id('theatre.organization'), 'event_amount_differs', 'pi_1');
    insert into app_public.disputes (
      id, organization_id, booking_id, payment_intent_id, stripe_dispute_id, status, reason,
      amount_cents, currency, opened_at
    )
    select tests.keep('dispute', uuidv7()), p.organization_id, p.booking_id, p.id, 'dp_' || p.id,
      'warning_needs_response', 'general', p.amount_cents, p.currency, now()
    from app_public.payment_intents as p
    where p.status = 'succeeded' and p.organization_id = tests.id('theatre.organization')
    order by p.id
    limit 1;
    with customer as (
      insert into app_private.stripe_customers (organization_id, user_id, stripe_id)
      values (tests.id('theatre.organization'), tests.user_id('ada'), 'cus_ada')
      returning *
    )
    insert into app_private.saved_payment_methods (
      id, organization_id, stripe_customer_id, stripe_id, brand, last4
    )
    select tests.keep('card', uuidv7()), c.organization_id, c.id, 'pm_ada', 'visa', '4242'
    from customer as c;
    insert into app_public.trusted_devices (user_id, expires_at)
    values (tests.user_id('ada'), now() + interval '1 day');
    insert into app_public.promoters (id, organization_id, name)
    values (tests.keep('promoter', uuidv7()), tests.id('theatre.organization'), 'X');
    insert into app_public.ledger_corrections (
      id, organization_id, corrects_id, currency, kinds, amounts_cents, reason, requested_by
    )
    select tests.keep('correction', uuidv7()), t.organization_id, tests.keep('fact', t.id), 'EUR',
      '{adjustments,organizer_payable}', '{-1,1}', 'x', tests.user_id('theatre owner')
    from app_public.ledger_transactions as t
    where t.source = 'sale:' || tests.id('paid');
    with account as (
      insert into app_public.stripe_accounts (id, organization_id, country, email)
      values (tests.keep('account', uuidv7()), tests.id('theatre.organization'), 'AT', 'a@b.example')
      returning *
    ),
    link as (
      insert into app_private.stripe_account_links (
        id, organization_id, stripe_account_id, requested_by, return_url, refresh_url
      )
      select tests.keep('link', uuidv7()), a.organization_id, a.id, tests.user_id('theatre owner'),
        'https://b.example', 'https://b.example'
      from account as a
    ),
    payout as (
      insert into app_public.payouts (
        id, organization_id, stripe_account_id, currency, payout_period_start, payout_period_end,
        period_ends_at, gross_revenue_cents, net_payout_cents
      )
      select tests.keep('payout', uuidv7()), a.organization_id, a.id, 'EUR', current_date,
        current_date, now(), 100, 100
      from account as a
      returning *
    )
    insert into app_public.payout_holds (id, organization_id, payout_id, reason, created_by)
    select tests.keep('hold', uuidv7()), p.organization_id, p.id, 'x', tests.user_id('theatre owner')
    from payout as p;
  `);
  functions = (await exposed()).filter(({ parameters }) =>
    parameters.some(({ type }) => type === "uuid"),
  );
  const ids = await client.query<{ ids: Record<string, string> }>(`
    select jsonb_build_object(
      'organization_id', tests.id('theatre.organization'), 'venue_id', tests.id('theatre.venue'),
      'layout_id', tests.id('theatre.layout'), 'event_id', tests.id('draft.event'),
      'performance_id', tests.id('theatre.performance'), 'booking_id', tests.id('cart'),
      'tax_rate_id', tests.id('theatre.tax_rate'), 'invitation_id', tests.id('invitation'),
      'member_id', (
        select id from app_public.organization_members where user_id = tests.user_id('theatre staff')
      ),
      'verification_id', (select id from app_public.organization_verifications), 'user_id', tests.user_id('ada'),
      'finding_id', (select id from app_public.payment_findings),
      'rule_id', tests.id('rule'), 'alert_id', (select id from app_public.fraud_alerts order by id limit 1),
      'ticket_id', (select id from app_public.tickets limit 1),
      'customer_id', (select id from app_public.customers limit 1),
      'ticket_category_id', (
        select id from app_public.ticket_categories where event_id = tests.id('draft.event') limit 1
      ),
      'revoke_trusted_device.device_id', (
        select id from app_public.trusted_devices
      ),
      'dispute_id', tests.id('dispute'), 'promoter_id', tests.id('promoter'), 'correction_id', tests.id('correction'),
      'ledger_transaction_id', tests.id('fact'),
      'account_id', tests.id('account'), 'link_id', tests.id('link'),
      'payout_id', tests.id('payout'), 'hold_id', tests.id('hold'),
      'request_id', tests.id('request'), 'refund_id', (select id from app_public.refunds limit 1),
      'payment_method_id', tests.id('card'),
      'discount_code_id', tests.id('code'), 'pricing_rule_id', tests.id('rule of price'),
      'membership_id', tests.id('membership'), 'tax_jurisdiction_id', tests.id('jurisdiction'),
      'explain_price.booking_item_id', (
        select id from app_public.booking_items where booking_id = tests.id('cart')
      ),
      'price_id', (
        select p.id from app_public.ticket_category_prices as p
        join app_public.ticket_categories as c on c.id = p.ticket_category_id
        where c.event_id = tests.id('draft.event') limit 1
      )
    ) || jsonb_build_object(
      'zone_id', tests.id('zone'), 'gate_id', tests.id('gate'), 'device_id', tests.id('device'),
      'payment_plan_id', tests.id('plan'),
      'record_box_office_refund.refund_id', tests.refund_of(tests.id('sold')),
      'approve_booking.booking_id', tests.id('asked'),
      'decline_booking.booking_id', tests.id('asked'),
      'allocation_id', tests.id('allocation'), 'parent_pool_id', tests.id('standing.floor'),
      'pool_id', tests.id('standing.floor'), 'question_id', tests.id('question'),
      'release_admission_allocation.allocation_id', tests.id('places'),
      'hold_allocated_admissions.allocation_id', tests.id('places'),
      'add_on_id', tests.id('mug'), 'booking_item_id', (
        select id from app_public.booking_items where add_on_id is not null
      ),
      'session_id', (select id from app_public.user_sessions where user_id = tests.user_id('ada'))
    ) as ids`);
  foreign = ids.rows[0]?.ids ?? {};
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

/** What GraphQL offers. */
async function exposed(): Promise<Attackable[]> {
  const { rows } = await client.query<Attackable>(`
    select p.proname as name, (
      select coalesce(json_agg(json_build_object(
        'name', a.name, 'type', format_type(a.type, null), 'label', (
          select e.enumlabel from pg_enum as e
          where e.enumtypid = a.type order by e.enumsortorder limit 1
        )
      ) order by a.position), '[]')
      from unnest(p.proargnames[1:p.pronargs], p.proargtypes::oid[]) with ordinality
        as a (name, type, position)
    ) as parameters
    from pg_proc as p
    where p.pronamespace = 'app_public'::regnamespace
      and has_function_privilege('lml_user', p.oid, 'execute')
      and not exists (
        select from pg_type as t
        where t.oid = any (p.proargtypes::oid[]) and t.typtype = 'c'
      )
    order by 1`);
  return rows;
}

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
      parameters.map((parameter) => valueFor(name, parameter)),
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

/** What no form would send, by type. */
const absurd: Readonly<Record<string, readonly string[]>> = {
  smallint: ["-32768", "-1", "32767"],
  integer: ["-2147483648", "-1", "2147483647"],
  bigint: ["-9223372036854775808", "-1", "9223372036854775807"],
  numeric: ["1e30", "-1e30", "1e-30", "-1", "NaN", "Infinity", "-Infinity"],
  "timestamp with time zone": ["infinity", "-infinity", "4713-01-01 BC", "294276-12-31"],
  date: ["infinity", "-infinity", "4713-01-01 BC", "5874897-12-31"],
  interval: ["infinity", "-infinity", "-1 day", "178000000 years"],
};

/** What is new, is sold or is paid, where the world above has what others may do nothing with. */
const ready: readonly (readonly [functions: RegExp, parameter: string, id: string])[] = [
  [/^refund_|^(quote_cancellation|return_)/, "booking_id", "tests.id('paid')"],
  [/^add_add_on/, "add_on_id", "tests.id('shirt')"],
  [/^create_fraud_rule/, "amount_currency", "'EUR'"],
  [/^postpone_event/, "event_id", "tests.id('theatre.event')"],
  [/^reverse_payout/, "payout_id", "tests.id('paid out')"],
];

/** It did what was asked, or said why not. */
function isAnswer(outcome: string): boolean {
  return /^(done|LM.{3}|42501)$/.test(outcome);
}

interface Absurdity {
  readonly call: string;
  readonly outcome: string;
}

/** Calls a function with each absurd value for each of its parameters, with everything that it may need. */
async function overdo({ name, parameters }: Attackable, who: string): Promise<Absurdity[]> {
  const found: Absurdity[] = [];
  for (const wrong of parameters) {
    const isMany = wrong.type.endsWith("[]");
    for (const value of absurd[wrong.type.replace("[]", "")] ?? []) {
      await client.query("begin");
      try {
        await client.query(`select tests.sign_in('${who}')`);
        const values: unknown[] = [];
        const named: string[] = [];
        for (const parameter of parameters) {
          const known = ready.find(([which, of]) => which.test(name) && of === parameter.name);
          if (known !== undefined) {
            named.push(`${parameter.name} => ${known[2]}`);
            continue;
          }
          values.push(parameter === wrong ? (isMany ? [value] : value) : valueFor(name, parameter));
          named.push(`${parameter.name} => $${values.length}`);
        }
        await client.query(
          `select to_jsonb(r) from app_public.${name}(${named.join(", ")}) as r`,
          values,
        );
        await client.query("set constraints all immediate");
        found.push({ call: `${name}(${wrong.name} => ${value}) as ${who}`, outcome: "done" });
      } catch (error) {
        const code = error instanceof pg.DatabaseError ? `${error.code}` : "no answer";
        const outcome = /^LM|^42501$/.test(code) ? code : `${code} ${String(error)}`;
        found.push({ call: `${name}(${wrong.name} => ${value}) as ${who}`, outcome });
      } finally {
        await client.query("rollback");
      }
    }
  }
  return found;
}

test("no absurd number or date is answered by anything but a code of ours", async () => {
  await client.query(`
    insert into app_public.platform_staff (user_id, role)
    values (tests.user_id('theatre owner'), 'admin');
    insert into app_public.payouts (
      id, organization_id, stripe_account_id, currency, payout_period_start, payout_period_end,
      period_ends_at, gross_revenue_cents, net_payout_cents
    )
    values (
      tests.keep('paid out', uuidv7()), tests.id('theatre.organization'), tests.id('account'),
      'EUR', current_date, current_date, now(), 100, 100
    );
    update app_public.payouts set status = 'approved', approved_at = now()
    where id = tests.id('paid out');
    update app_public.payouts set status = 'in_transit', initiated_at = now()
    where id = tests.id('paid out');
    update app_public.payouts
    set status = 'paid', completed_at = now(), stripe_transfer_id = 'tr_1'
    where id = tests.id('paid out')`);
  const found: Absurdity[] = [];
  for (const called of await exposed()) {
    for (const who of ["theatre owner", "ada"]) found.push(...(await overdo(called, who)));
  }
  expect(found.length).toBeGreaterThan(1000);
  expect(found.filter(({ outcome }) => !isAnswer(outcome))).toEqual([]);
}, 300_000);

test("control: a percentage that nobody looks at is found", async () => {
  const refund = (await exposed()).find(({ name }) => name === "refund_tickets");
  if (refund === undefined) throw new Error("refund_tickets is gone.");
  const guard = "coalesce(refund_tickets.percentage not between 0 and 100, true)";
  const { rows } = await client.query<{ source: string }>(
    "select pg_get_functiondef('app_public.refund_tickets'::regproc) as source",
  );
  const source = rows[0]?.source ?? "";
  expect(source).toContain(guard);
  await client.query(source.replace(guard, "false"));
  const found = await overdo(refund, "theatre owner");
  await client.query(source);
  expect(found.filter(({ outcome }) => !isAnswer(outcome))).not.toEqual([]);
}, 60_000);

/** Whether a result has any value in it. */
function saysSomething(result: unknown): boolean {
  if (result === null || result === false) return false;
  return typeof result !== "object" || Object.values(result).some(saysSomething);
}

const layout = JSON.stringify({ format: "lml-layout/1", name: "Attack", sections: [] });

/** What a function would refuse for its form, before anybody could see whether it asks for rights. */
const valid: Readonly<Record<string, string>> = {
  contact_email: "a@b.example",
  contact_phone: "+431",
  contact_website: "https://b.example",
  language: "de",
  url: "https://b.example",
  return_url: "https://b.example",
  refresh_url: "https://b.example",
};

function valueFor(attacked: string, { name, type, label }: Parameter): unknown {
  const id = foreign[`${attacked}.${name}`] ?? foreign[name];
  if (label !== null) return label;
  if (type === "uuid") {
    if (id === undefined) throw new Error(`Tell this test a foreign id for ${name}.`);
    return id;
  }
  if (name === "idempotency_key") return null;
  if (name === "document") return layout;
  if (name === "sha256") return createHash("sha256").update(layout).digest("hex");
  const named = valid[name];
  if (named !== undefined) return named;
  switch (type) {
    case "text":
    case "citext":
      return name === "timezone" ? "UTC" : name === "currency" ? null : "attack";
    case "text[]":
      return name === "seat_categories" ? ["I"] : [];
    case "uuid[]":
    case "bigint[]":
    case "app_public.ledger_account_kind[]":
      return [];
    case "timestamp with time zone":
      // What was, may be asked for; the future is refused to everybody.
      if (name === "at") return new Date().toISOString();
      return name.endsWith("_end") || name === "ends_at" || name === "valid_until"
        ? null
        : "2040-01-01T00:00:00Z";
    case "date":
      return "2040-01-01";
    case "time without time zone[]":
      return ["20:00"];
    case "date[]":
    case "integer[]":
    case "numeric[]":
      return null;
    case "jsonb":
      return "{}";
    case "boolean":
      return true;
    default:
      return 1;
  }
}
