// If these tests failed, somebody could go around row-level security, and read or learn what is another tenant's. Each
// attack is tried as the database is, and again without its guard: then it must work, or it would prove nothing.
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Theatre } from "../races/theatre.ts";

let theatre: Theatre;
let client: pg.Client;
let notices: string[] = [];

beforeAll(async () => {
  theatre = await Theatre.open();
  client = await theatre.database.connect("superuser");
  client.on("notice", ({ message }) => notices.push(message ?? ""));
  await client.query(`
    select tests.create_theatre('rival');
    select tests.sell('paid', 'theatre', 1, 1, 2);
    select tests.sell('rival.paid', 'rival', 2, 1);
    select tests.sign_in('ada');
    select tests.keep(
      'cart', (app_public.hold_seats(tests.id('theatre.performance'), tests.seats(5))).id
    );
    select tests.user_id('eve');
    reset role;
  `);
}, 60_000);

afterAll(() => theatre[Symbol.asyncDispose]());

/**
 * What somebody gets with a statement: its rows, or the SQLSTATE that refuses it. A guard may be removed before, as
 * superuser. Nothing of it stays.
 */
async function attempt(
  become: string,
  attack: string,
  withoutGuard = "select",
): Promise<string | unknown[]> {
  notices = [];
  await client.query("begin");
  try {
    await client.query(withoutGuard);
    await client.query(`select ${become}`);
    const results = (await client.query(attack)) as pg.QueryResult | pg.QueryResult[];
    const last = Array.isArray(results) ? results.at(-1) : results;
    return (last?.rows ?? []) as unknown[];
  } catch (error) {
    if (error instanceof pg.DatabaseError) return error.code ?? "";
    throw error;
  } finally {
    await client.query("rollback");
  }
}

const rival = "tests.sign_in('rival owner')";
const eve = "tests.sign_in('eve')";
const isForeign = "organization_id = tests.id('theatre.organization')";

describe("naming a partition instead of its table", () => {
  const leaf = (): string =>
    `audit_log_y${new Date().toISOString().slice(0, 4)}m${new Date().toISOString().slice(5, 7)}`;
  const attack = (): string => `select 1 from app_public.${leaf()} where ${isForeign} limit 1`;

  test("is refused", async () => {
    expect(await attempt(rival, attack())).toBe("42501");
  });

  test("control: a grant alone is not enough, without row-level security of its own it works", async () => {
    const grant = `grant select on app_public.${leaf()} to lml_user`;
    expect(await attempt(rival, attack(), grant)).toEqual([]);
    const open = `${grant}; alter table app_public.${leaf()} disable row level security`;
    expect(await attempt(rival, attack(), open)).toHaveLength(1);
  });
});

describe("a view", () => {
  const attack = `select 1 from app_public.planted where ${isForeign} limit 1`;
  const view = (kind: string): string => `
    create ${kind} as select * from app_public.bookings;
    alter ${kind.replace(/ with.*/, "")} owner to lml_owner;
    grant select on app_public.planted to lml_user`;

  test("asks as whoever reads it", async () => {
    expect(
      await attempt(rival, attack, view("view app_public.planted with (security_invoker = true)")),
    ).toEqual([]);
    expect(
      await theatre.value(`select count(*)::int from pg_class as c
        where c.relnamespace::regnamespace::text in ('app_public', 'app_hidden', 'app_private')
          and (c.relkind = 'm'
            or c.relkind = 'v' and not coalesce(c.reloptions, '{}') @> '{security_invoker=true}'
              -- The masked views: see db/tests/privacy/masked_views.sql.
              and not c.relname ~ '_(manager|analyst)$')`),
    ).toBe(0);
  });

  test.each(["view app_public.planted", "materialized view app_public.planted"])(
    "control: a %s shows everything to everybody",
    async (kind) => {
      // A materialized view is filled as its owner, whom the policy lets see all.
      expect(await attempt(rival, attack, view(kind))).toHaveLength(1);
    },
  );
});

describe("a foreign key to another tenant's row", () => {
  const attack = `insert into app_public.ticket_categories
    (organization_id, event_id, is_public, category_no, name, sections)
    values (
      tests.id('rival.organization'), tests.id('theatre.event'), true, 99, 'X', '{X}'
    ) returning 1`;

  test("is refused, even to the owner of the tables", async () => {
    expect(await attempt("tests.as_owner()", attack)).toBe("23503");
  });

  test("control: a key without the organization accepts it", async () => {
    const simple = `
      alter table app_public.ticket_categories
        drop constraint ticket_categories_event_fkey,
        add foreign key (event_id) references app_public.events (id)`;
    expect(await attempt("tests.as_owner()", attack, simple)).toHaveLength(1);
  });
});

describe("a unique key", () => {
  const attacks = {
    "a venue's slug": `select (app_public.create_venue(
      tests.id('rival.organization'), 'House', 'house2', 'UTC')).id`,
    "an event's slug": `select (app_public.create_event(
      tests.id('rival.organization'), tests.id('rival.venue'), 'X', 'taken')).id`,
    "a customer's address": `select (app_public.start_checkout(
      (app_public.hold_seats(tests.id('rival.performance'), tests.seats(9))).id, 'guest1@example.com'
    )).id`,
  };
  const taken = `
    insert into app_public.venues (organization_id, name, slug, timezone)
      values (tests.id('theatre.organization'), 'House', 'house2', 'UTC');
    update app_public.events set slug = 'taken' where id = tests.id('theatre.event')`;

  test.each(Object.entries(attacks))("does not tell whether others have %s", async (_, attack) => {
    expect(await attempt(rival, attack, taken)).toHaveLength(1);
  });

  test.each([
    ["a venue's slug", "create unique index on app_public.venues (slug) where slug = 'house2'"],
    ["an event's slug", "create unique index on app_public.events (slug) where slug = 'taken'"],
  ] as const)("control: without the tenant in the key, it does, with %s", async (what, index) => {
    const outcome = await attempt(rival, attacks[what], `${taken}; ${index}`);
    expect(outcome).toMatch(/^(LM|23505)/);
  });
});

describe("identity that is made up", () => {
  const see = "select 1 from app_public.bookings where id = tests.id('cart')";
  const settings: Readonly<Record<string, string>> = {
    "a user's id": "set_config('lml.user_id', tests.user_id('ada')::text, true)",
    "claims of a token":
      "set_config('jwt.claims.user_id', tests.user_id('ada')::text, true), " +
      "set_config('request.jwt.claims', '{\"role\": \"lml_owner\"}', true)",
    "a user's id as token": "set_config('lml.session_token', tests.user_id('ada')::text, true)",
    "the hash of a token": `set_config('lml.session_token',
      encode(sha256(convert_to(tests.token('session of ada'), 'UTF8')), 'hex'), true)`,
    "a pattern": "set_config('lml.session_token', '%', true)",
    "the cart of somebody": `set_config('lml.cart_token', tests.id('cart')::text, true)`,
  };

  test.each(Object.entries(settings))("%s shows nothing", async (_, set) => {
    expect(await attempt(eve, `select ${set}; ${see}`)).toEqual([]);
  });

  test("control: a token does, and a database that believed in an id would", async () => {
    const token = "set_config('lml.session_token', tests.token('session of ada'), true)";
    expect(await attempt(eve, `select ${token}; ${see}`)).toHaveLength(1);
    const credulous = `
      create or replace function app_hidden.current_user_id() returns uuid
      language sql stable as $$ select nullif(current_setting('lml.user_id', true), '')::uuid $$`;
    const [, first = ""] = Object.entries(settings)[0] ?? [];
    expect(await attempt(eve, `select ${first}; ${see}`, credulous)).toHaveLength(1);
  });

  test("the server's login becomes nobody but a visitor or a user", async () => {
    const server = await theatre.database.connect("lml_authenticator");
    const outcome = async (text: string): Promise<string> =>
      await server.query(text).then(
        () => "done",
        (error: unknown) => (error as pg.DatabaseError).code ?? "",
      );
    for (const role of ["lml_owner", "lml_worker", "lml_analyst", "pg_read_all_data"]) {
      expect(await outcome(`set role ${role}`)).toBe("42501");
    }
    expect(await outcome("set session authorization lml_owner")).toBe("42501");
    expect(await outcome("set session_replication_role = replica")).toBe("42501");
    // Before it has become anybody, it sees nothing at all.
    expect(await outcome("select from app_public.bookings")).toBe("42501");
    expect(await outcome("set role lml_user")).toBe("done");
    expect(await outcome("create temporary table t (id integer)")).toBe("42501");
    expect(await outcome("create function pg_temp.f() returns integer return 1")).toBe("42501");
    expect(await outcome("create function app_public.f() returns integer return 1")).toBe("42501");
    // Switched off, policies do not open: they refuse.
    expect(await outcome("set row_security = off")).toBe("done");
    expect(await outcome("select from app_public.bookings")).toBe("42501");
    await server.end();
  });
});

describe("a function that tells what it sees, in a filter", () => {
  // Cheap, so that the planner likes to call it first.
  const leak = `
    create function tests.leak(words text) returns boolean language plpgsql cost 0.0001 as $$
    begin raise notice '%', words; return true; end $$;
    grant execute on function tests.leak(text) to lml_user`;
  const attack = (table: string): string =>
    `select 1 from ${table} where tests.leak(customer_email::text)`;
  const view = (options: string): string => `${leak};
    create view app_public.planted ${options} as select * from app_public.bookings
      where organization_id in (select app_hidden.permitted_organization_ids('bookings.read'));
    alter view app_public.planted owner to lml_owner;
    grant select on app_public.planted to lml_user`;

  test("sees the rows that its caller sees", async () => {
    expect(await attempt(rival, attack("app_public.bookings"), leak)).toHaveLength(1);
    expect(notices).toEqual(["guest2@example.com"]);
  });

  test("control: in a view that filters by itself it sees others, unless that is a barrier", async () => {
    expect(await attempt(rival, attack("app_public.planted"), view(""))).toHaveLength(1);
    expect(notices).toContain("guest1@example.com");
    await attempt(rival, attack("app_public.planted"), view("with (security_barrier = true)"));
    expect(notices).toEqual(["guest2@example.com"]);
  });
});

describe("lml_analyst", () => {
  const analyst = "tests.as_role('lml_analyst')";

  test("reaches no table, view or sequence, and calls nothing", async () => {
    const { rows } = await client.query<{ name: string }>(`
      select c.oid::regclass::text as name from pg_class as c
      where c.relnamespace::regnamespace::text
          in ('app_public', 'app_hidden', 'app_private', 'graphile_worker')
        and c.relkind in ('r', 'p', 'S')`);
    expect(rows.length).toBeGreaterThan(40);
    const reached: string[] = [];
    for (const { name } of rows) {
      if ((await attempt(analyst, `select 1 from ${name}`)) !== "42501") reached.push(name);
    }
    expect(reached).toEqual([]);
    const { rows: functions } = await client.query(`
      select p.oid::regprocedure from pg_proc as p
      where p.pronamespace::regnamespace::text in ('app_public', 'app_hidden', 'app_private')
        and has_function_privilege('lml_analyst', p.oid, 'execute')`);
    expect(functions).toEqual([]);
  });

  test("control: a grant shows no rows, and a policy besides shows all", async () => {
    const attack = "select 1 from app_public.bookings limit 1";
    const grant = "grant select on app_public.bookings to lml_analyst";
    expect(await attempt(analyst, attack, grant)).toEqual([]);
    const policy = `${grant};
      create policy select_planted on app_public.bookings for select to lml_analyst using (true)`;
    expect(await attempt(analyst, attack, policy)).toHaveLength(1);
  });
});

describe("an id that was guessed", () => {
  const readers = [
    "select 1 from app_public.bookings where id = $1",
    "select 1 from app_public.tickets where booking_id = $1",
    "select 1 from app_public.payment_intents where booking_id = $1",
  ].map((text) => text.replace("$1", "tests.id('paid')"));

  test("shows nothing, and an error says the same of what is there and what is not", async () => {
    for (const text of readers) expect(await attempt(eve, text)).toEqual([]);
    const said = async (id: string): Promise<string> => {
      await client.query("begin");
      await client.query(`select ${eve}`);
      const error = await client
        .query(`select app_public.cancel_booking(${id})`)
        .then(() => undefined)
        .catch((reason: unknown) => reason as pg.DatabaseError);
      await client.query("rollback");
      const words = [error?.code, error?.message, error?.detail, error?.hint].join("|");
      // The id is the one that was sent.
      return words.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/, "ID");
    };
    expect(await said("tests.id('paid')")).toBe(await said("uuidv7()"));
    expect(await said("tests.id('paid')")).toMatch(/^LM/);
  });

  test("control: without row-level security it is enough to know the id", async () => {
    const open = "alter table app_public.bookings disable row level security";
    expect(await attempt(eve, readers[0] ?? "", open)).toHaveLength(1);
  });

  test("tells when its row was made, and nothing of its neighbors", async () => {
    const { rows } = await client.query<{ at: Date; id: string }>(
      "select uuid_extract_timestamp(id) as at, id from (select uuidv7() as id) as ids",
    );
    // What a uuid of version 7 gives away: the moment of its creation. So no secret is one.
    expect(Math.abs((rows[0]?.at.getTime() ?? 0) - Date.now())).toBeLessThan(60_000);
    const { rows: tails } = await client.query<{ tails: number }>(
      "select count(distinct right(uuidv7()::text, 12))::int as tails from generate_series(1, 10000)",
    );
    expect(tails).toEqual([{ tails: 10_000 }]);
    // Credentials are hashes of 32 random bytes, never ids.
    const { rows: credentials } = await client.query(`
      select a.attrelid::regclass, a.attname from pg_attribute as a
      join pg_class as c on c.oid = a.attrelid and c.relkind in ('r', 'p')
      where c.relnamespace::regnamespace::text in ('app_public', 'app_private')
        and a.attname ~ 'token|secret|credential' and a.attname !~ '_id$'
        and a.atttypid = 'uuid'::regtype`);
    expect(credentials).toEqual([]);
  });
});
