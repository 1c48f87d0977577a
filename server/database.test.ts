// If these failed, a request could run as somebody else, or a program be told that something was kept which was not.
import type pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { testDatabase, type TestDatabase, until } from "../db/tests/harness.ts";
import { openDatabase, type Database } from "./database.ts";

let testing: TestDatabase;
let owner: pg.Client;
/** With one connection, which all statements share. */
let database: Database;

beforeAll(async () => {
  testing = await testDatabase();
  owner = await testing.connect("lml_owner");
  await owner.query(`
    create table app_public.kept (
      word text primary key, other text unique deferrable initially deferred
    );
    grant select, insert on app_public.kept to lml_authenticator, lml_user;
  `);
  const databaseUrl = testing.url("lml_authenticator");
  database = openDatabase({ databaseUrl, poolSize: 1, onError: () => undefined });
});

beforeEach(() => owner.query("truncate app_public.kept"));

afterAll(async () => {
  await database.pool.end();
  await testing[Symbol.asyncDispose]();
});

const user = { role: "lml_user", "lml.request_id": "mine", statement_timeout: "5s" };

interface State {
  readonly role: string;
  readonly request: string;
  readonly limit: string;
  readonly backend: number;
}

/** What the one connection looks like to a statement that sets next to nothing. */
async function stateOfConnection(): Promise<State> {
  const [state] = await database.query<State>(
    { "lml.channel": "web" },
    {
      text: `select current_user as role, current_setting('lml.request_id', true) as request,
        current_setting('statement_timeout') as limit, pg_backend_pid() as backend`,
    },
  );
  if (state === undefined) throw new Error("There is no state.");
  return state;
}

const nobody = { role: "lml_authenticator", request: "", limit: "0" };

async function keep(word: string, other: string | null = null, more = ""): Promise<unknown> {
  const text = `with new as (insert into app_public.kept values ($1, $2)) select ${more}`;
  return await database.query(user, { text, values: [word, other] });
}

async function words(): Promise<string[]> {
  const { rows } = await owner.query<{ word: string }>(
    "select word from app_public.kept order by 1",
  );
  return rows.map(({ word }) => word);
}

describe("settings", () => {
  test("are in force for their statement, and for no other on the same connection", async () => {
    const [row] = await database.query<State>(user, {
      text: `select current_user as role, current_setting('lml.request_id') as request,
        current_setting('statement_timeout') as limit, pg_backend_pid() as backend`,
    });
    expect(row).toMatchObject({ role: "lml_user", request: "mine", limit: "5s" });
    expect(await stateOfConnection()).toEqual({ ...nobody, backend: row?.backend });
  });

  test.each([
    ["fails", user.role, "select 1 / 0", "22012"],
    ["is not one", user.role, "select from nowhere", "42P01"],
    ["takes too long", user.role, "select pg_sleep(20)", "57014"],
    ["ends its connection", nobody.role, "select pg_terminate_backend(pg_backend_pid())", "LMBSY"],
  ])("end with a statement that %s", async (_, role, text, code) => {
    const settings = { ...user, role, statement_timeout: "100ms" };
    await expect(database.query(settings, { text })).rejects.toMatchObject({ code });
    expect(await stateOfConnection()).toMatchObject({ role: nobody.role, limit: nobody.limit });
    expect((await stateOfConnection()).request).not.toBe("mine");
  });

  test.each([
    ["a role that the server may not become", { role: "lml_owner" }, "42501"],
    ["a value that is none", { statement_timeout: "soon" }, "22023"],
    ["a text that PostgreSQL cannot hold", { "lml.request_id": "\u0000" }, "22021"],
  ])("that fail let nothing run: %s", async (_, wrong, code) => {
    // The second time, the settings are prepared.
    for (const attempt of ["first", "second"]) {
      const settings = { ...user, ...wrong };
      const kept = database.query(settings, {
        text: "insert into app_public.kept values ($1)",
        values: [attempt],
      });
      await expect(kept).rejects.toMatchObject({ code });
    }
    expect(await words()).toEqual([]);
    await keep("after");
    expect(await words()).toEqual(["after"]);
  });

  test("limit the time of the next statement anew", async () => {
    const nap = { text: "select pg_sleep(0.3)" };
    const short = { ...user, statement_timeout: "50ms" };
    await expect(database.query(short, nap)).rejects.toMatchObject({ code: "57014" });
    await expect(database.query(user, nap)).resolves.toHaveLength(1);
  });

  test("stay with their request when many ask at once", async () => {
    const asked = Array.from({ length: 60 }, (_, at) => String(at));
    const answers = await Promise.all(
      asked.map((id) =>
        database
          .query<{ id: string }>(
            { ...user, "lml.request_id": id },
            {
              text: "select current_setting('lml.request_id') as id, 1 / $1::int",
              values: [Number(id) % 3],
            },
          )
          .then(([row]) => row?.id)
          .catch((error: { readonly code: string }) => error.code),
      ),
    );
    expect(answers).toEqual(asked.map((id) => (Number(id) % 3 === 0 ? "22012" : id)));
  });
});

describe("a statement", () => {
  test("that fails at the end of its transaction has failed, and left nothing", async () => {
    await keep("one", "same");
    await expect(keep("two", "same", "1 as answer")).rejects.toMatchObject({ code: "23505" });
    expect(await words()).toEqual(["one"]);
    await keep("three");
    expect(await words()).toEqual(["one", "three"]);
  });

  test("whose connection breaks without a word may be done, unless it only reads", async () => {
    const interrupted = async (name?: string): Promise<unknown> => {
      database.pool.once("acquire", (client) => {
        void asleep().then(() => client.connection.stream.destroy());
      });
      return await database
        .query(user, {
          text: `with new as (insert into app_public.kept values ($1)) select pg_sleep(1)`,
          values: [name ?? "changes"],
          name,
        })
        .catch((error: { readonly code: string }) => error.code);
    };
    expect(await interrupted()).toBe("LMUNK");
    // It was.
    await until(async () => (await words()).includes("changes"));
    // Whatever has a name only reads; this one has it for the test.
    expect(await interrupted("reads")).toBe("LMBSY");
  });

  test("is prepared, and a connection keeps the hundred that were used last", async () => {
    const ask = async (number: number): Promise<unknown> =>
      await database.query(user, { text: `select ${number} + $1::int as sum`, values: [1] });
    for (let number = 0; number < 150; number += 1) await ask(number);
    const [prepared] = await database.query<{ statements: number; uses: number }>(user, {
      text: `select count(*)::int as statements, sum(generic_plans + custom_plans)::int as uses
        from pg_prepared_statements where statement like '% as sum'`,
    });
    // This question is one of the hundred.
    expect(prepared).toEqual({ statements: 99, uses: 99 });
    expect(await ask(0)).toEqual([{ sum: 1 }]);
    expect(await ask(149)).toEqual([{ sum: 150 }]);
  });
});

test("a step of PostGraphile that asks for a transaction gets one, with the settings", async () => {
  const { adaptor, adaptorSettings } = database.service;
  const withPgClient = await adaptor.createWithPgClient(adaptorSettings ?? { pool: database.pool });
  const two = withPgClient(user, (client) =>
    client.withTransaction(async (transaction) => {
      await transaction.query({ text: "insert into app_public.kept values (current_user)" });
      await transaction.query({ text: "select 1 / 0" });
    }),
  );
  await expect(two).rejects.toMatchObject({ code: "22012" });
  expect(await words()).toEqual([]);
  await withPgClient(user, (client) =>
    client.withTransaction((transaction) =>
      transaction.query({ text: "insert into app_public.kept values (current_user)" }),
    ),
  );
  expect(await words()).toEqual(["lml_user"]);
  expect(await stateOfConnection()).toMatchObject(nobody);
});

async function asleep(): Promise<void> {
  const superuser = await testing.connect("superuser");
  await until(async () => {
    const { rowCount } = await superuser.query(
      `select from pg_stat_activity
      where datname = current_database() and usename = 'lml_authenticator'
        and wait_event = 'PgSleep'`,
    );
    return rowCount === 1;
  });
}
