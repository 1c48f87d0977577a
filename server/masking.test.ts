// If these failed, an error would tell strangers what the database looks like inside, or a caller not what to do.
import { randomUUID } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SafeError } from "postgraphile/grafast";
import { GraphQLError } from "postgraphile/graphql";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type TestDatabase, until } from "../db/tests/harness.ts";
import { publicError } from "./errors.ts";
import { makeMaskError } from "./graphql/errors.ts";
import {
  ask,
  createTheatre,
  randomToken,
  signUp,
  startTestServer,
  type TestServer,
} from "./testing.ts";

let server: TestServer;
let logDirectory: string;
let logFile: string;

beforeAll(async () => {
  logDirectory = await mkdtemp(join(tmpdir(), "lml-log-"));
  logFile = join(logDirectory, "server.log");
  server = await startTestServer({ logLevel: "info", logFile }, plantFailures);
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await rm(logDirectory, { recursive: true });
});

/** Functions that fail in every way. They are in no migration, so they exist in this database only. */
async function plantFailures(database: TestDatabase): Promise<void> {
  const owner = await database.connect("lml_owner");
  await owner.query(`
    create table app_private.planted (
      secret text primary key, amount integer not null, small text,
      constraint planted_amount_is_positive check (amount > 0)
    );
    insert into app_private.planted values ('hunter2', 1);
    create function app_private.planted_waits() returns trigger
    language plpgsql as $$ begin perform pg_sleep(20); return null; end $$;
    create constraint trigger waits after insert on app_private.planted
    deferrable initially deferred for each row when (new.small = 'at the end')
    execute function app_private.planted_waits();
    create function app_public.planted(way text) returns text
    language plpgsql volatile security definer set search_path = '' as $$
    begin
      case planted.way
        when 'ours' then
          raise exception 'Not today.' using errcode = 'LMZZZ', hint = 'Tomorrow.', detail = 'a-b-c';
        when 'theirs' then
          raise exception 'secret hunter2' using errcode = 'P0001', detail = 'hunter2', hint = 'hunter2';
        when 'alike' then
          raise exception 'secret hunter2' using errcode = 'LMZZ1', detail = 'hunter2';
        when 'check' then insert into app_private.planted values ('hunter3', -42);
        when 'null' then insert into app_private.planted values ('hunter3', null);
        when 'unique' then insert into app_private.planted values ('hunter2', 1);
        when 'cast' then perform 'hunter2'::integer;
        when 'range' then perform 'hunter2'::text, 99999999999::bigint::integer;
        when 'missing' then perform 1 from app_private.no_such_table;
        when 'limit' then return current_setting('statement_timeout');
        when 'sleep' then perform pg_sleep(20);
        when 'deadlock' then raise exception 'hunter2' using errcode = '40P01';
        when 'serialization' then raise exception 'hunter2' using errcode = '40001';
        when 'lock' then raise exception 'hunter2' using errcode = '55P03';
        when 'full' then raise exception 'hunter2' using errcode = '53100';
        when 'memory' then raise exception 'hunter2' using errcode = '53200';
        when 'broken' then raise exception 'hunter2' using errcode = '58030';
        when 'standby' then
          perform set_config('transaction_read_only', 'on', true);
          insert into app_private.planted values ('hunter4', 1);
        when 'leave' then
          insert into app_private.planted values ('left', 1);
          perform pg_sleep(20);
        when 'leave at the end' then
          insert into app_private.planted values ('left', 1, 'at the end');
        else return 'fine';
      end case;
      return 'done';
    end $$;
    grant execute on function app_public.planted(text) to lml_anonymous, lml_user;
  `);
}

const fail = "mutation ($way: String!) { planted(input: { way: $way }) { result } }";

describe("an error", () => {
  test("of ours comes through with its message, hint, detail and place", async () => {
    const answer = await server.graphql(fail, { way: "ours" });
    expect(answer.status).toBe(200);
    expect(answer.errors).toEqual([
      {
        message: "Not today.",
        path: ["planted"],
        locations: [{ line: 1, column: 28 }],
        extensions: { code: "LMZZZ", hint: "Tomorrow.", detail: "a-b-c" },
      },
    ]);
  });

  test("of a limit on planning tells that it took too long", () => {
    const mask = makeMaskError({ error: () => undefined });
    const originalError = new SafeError("Operation took too long to plan and was aborted.");
    expect(mask(new GraphQLError("", { originalError })).extensions).toEqual({ code: "LMTMO" });
  });

  test.each(["theirs", "alike", "unique", "missing"])(
    "of another kind is masked: %s",
    async (way) => {
      const answer = await server.graphql(fail, { way });
      const [error] = answer.errors;
      expect(error?.path).toEqual(["planted"]);
      expect(error?.extensions).toEqual({ code: "LMINT", errorId: expect.any(String) });
      const errorId = String(error?.extensions?.["errorId"]);
      expect(error?.message).toBe(`Something went wrong here; ask the operator about ${errorId}.`);
      expect(JSON.stringify(answer.errors)).not.toMatch(/hunter|planted_pkey|no_such_table/);
      // The operator finds it, without the values that a detail repeats.
      const lines = (await readFile(logFile, "utf8")).split("\n");
      const line = lines.find((text) => text.includes(errorId));
      expect(JSON.parse(line ?? "{}").err.code).toMatch(/^[0-9A-Z]{5}$/);
      expect(line).not.toContain("Key (secret)");
    },
  );

  test.each([
    ["check", 'This breaks the rule "planted: amount is positive".', "planted_amount_is_positive"],
    ["null", "amount is missing.", "amount"],
    ["cast", "A value does not have the form that is expected of it.", undefined],
    ["range", "A number is out of range.", undefined],
  ])("of input names the rule and repeats no value: %s", async (way, message, detail) => {
    const answer = await server.graphql(fail, { way });
    expect(answer.errors).toMatchObject([{ message, extensions: { code: "LMINP" } }]);
    expect(answer.errors[0]?.extensions?.["detail"]).toBe(detail);
    expect(JSON.stringify(answer.errors)).not.toMatch(/hunter|-42/);
  });

  test.each(["deadlock", "serialization", "lock"])(
    "of the moment may be tried again: %s",
    async (way) => {
      const answer = await server.graphql(fail, { way });
      expect(answer.codes).toEqual(["LMBSY"]);
      expect(JSON.stringify(answer.errors)).not.toContain("hunter");
    },
  );

  test("of a database that takes nothing in may be tried again, and the operator is told", async () => {
    const ready = async (): Promise<unknown> => (await fetch(`${server.url}/readyz`)).json();
    expect(await ready()).toEqual({ status: "ready" });
    for (const way of ["full", "memory", "broken", "standby"]) {
      const answer = await server.graphql(fail, { way });
      expect([way, answer.codes]).toEqual([way, ["LMBSY"]]);
      expect(answer.errors[0]?.message).toContain("cannot take anything in; nothing was done");
      expect(JSON.stringify(answer.errors)).not.toContain("hunter");
    }
    expect(await ready()).toMatchObject({ problems: ["the database takes nothing in"] });
    const log = await readFile(logFile, "utf8");
    expect(log.split("the database takes nothing in: see lml doctor")).toHaveLength(2);
  });

  test.each([
    ["leave", "LMBSY", "away for a moment; nothing was done"],
    ["leave at the end", "LMUNK", "whether it is, is not known"],
  ])("of a connection that is lost says whether it was done: %s", async (way, code, message) => {
    const superuser = await server.database.connect("superuser");
    const answering = server.graphql(fail, { way });
    await until(async () => {
      const { rowCount } = await superuser.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and usename = 'lml_authenticator'
          and wait_event = 'PgSleep'`,
      );
      return rowCount === 1;
    });
    const answer = await answering;
    expect(answer.codes).toEqual([code]);
    expect(answer.errors[0]?.message).toContain(message);
    const { rows } = await superuser.query("select from app_private.planted where secret = 'left'");
    expect(rows).toEqual([]);
  });

  test("of a database without a connection to spare may be tried again", async () => {
    const superuser = await server.database.connect("superuser");
    const { name } = server.database;
    await superuser.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
      where datname = $1 and usename = 'lml_authenticator'`,
      [name],
    );
    await superuser.query(`alter database ${name} connection limit 0`);
    try {
      const answer = await server.graphql(fail, { way: "fine" });
      expect(answer.errors).toMatchObject([
        { message: expect.stringContaining("Too many"), extensions: { code: "LMBSY" } },
      ]);
    } finally {
      await superuser.query(`alter database ${name} connection limit -1`);
    }
    expect((await server.graphql(fail, { way: "fine" })).codes).toEqual([]);
  });

  test("of a statement that takes too long comes after five seconds", async () => {
    const start = performance.now();
    const answer = await server.graphql(fail, { way: "sleep" });
    expect(answer.codes).toEqual(["LMTMO"]);
    expect(performance.now() - start).toBeGreaterThan(4_500);
    // It would take twenty.
    expect(performance.now() - start).toBeLessThan(18_000);
  });

  test("comes later for whoever sends a lot, which only users may", async () => {
    const user = await signUp(server);
    const limitOf = async (filler: string): Promise<unknown> => {
      const answer = await server.graphql(fail, { way: "limit", filler }, { token: user.token });
      return answer.data?.planted.result ?? answer.errors;
    };
    expect(await limitOf("")).toBe("5s");
    expect(await limitOf("x".repeat(200 * 1024))).toBe("30s");
  });

  test("of a mistake in the query is told as GraphQL tells it, with a code and without a trace", async () => {
    const answer = await server.graphql("{ zzz }");
    expect(answer.errors[0]?.message).toBe('Cannot query field "zzz" on type "Query".');
    const variable = await server.graphql("query ($id: UUID!) { event(id: $id) { id } }", {
      id: "x",
    });
    const literal = await server.graphql('{ event(id: "x") { id } }');
    for (const { status, codes, errors } of [answer, variable, literal]) {
      expect([status, codes]).toEqual([400, ["LMINP"]]);
      expect(JSON.stringify(errors)).not.toContain("stack");
    }
  });

  test.each([1.5, 2_147_483_648, -2_147_483_649, "1", true, null])(
    "of a quantity that is no whole number of its size has a code: %s",
    async (quantity) => {
      const ids = { performanceId: randomUUID(), ticketCategoryId: randomUUID() };
      const answer = await server.graphql(
        "mutation ($input: HoldAdmissionsInput!) { holdAdmissions(input: $input) { booking { id } } }",
        { input: { ...ids, quantity } },
      );
      expect(answer.codes).toEqual(["LMINP"]);
      expect(answer.errors[0]?.message).toContain("quantity");
    },
  );

  test.each(["x", "", btoa('["x"]')])(
    "of a cursor that is none is one of input: %j",
    async (after) => {
      const answer = await server.graphql(
        "query ($after: Cursor) { events(after: $after) { nodes { id } } }",
        { after },
      );
      expect(answer.codes).toEqual(["LMINP"]);
      expect(answer.errors[0]?.message).toContain("cursor");
    },
  );

  test("of text that PostgreSQL cannot hold is one of input", async () => {
    const answer = await server.graphql(fail, { way: "\u0000" });
    expect(answer.codes).toEqual(["LMINP"]);
  });

  test("leaves the server and its connections well", async () => {
    const ways = ["ours", "theirs", "check", "unique", "missing", "fine", "fine"];
    const answers = await Promise.all(
      Array.from({ length: 70 }, (_, at) => server.graphql(fail, { way: ways[at % 7] })),
    );
    const fine = answers.filter((_, at) => at % 7 > 4);
    for (const { data } of fine) expect(data).toEqual({ planted: { result: "fine" } });
    const owner = await server.database.connect("superuser");
    const { rows } = await owner.query(
      `select count(*)::int as open from pg_stat_activity
      where datname = current_database() and usename = 'lml_authenticator'
        and state like 'idle in transaction%'`,
    );
    expect(rows).toEqual([{ open: 0 }]);
  });
});

test("only what has one of our codes, or a known one, is told", () => {
  expect(publicError({ code: "23505", detail: "Key (email)=(a@b.c) exists" })).toBeUndefined();
  expect(publicError({ code: "LMTKN", message: "Taken.", where: "secret" })).toEqual({
    code: "LMTKN",
    message: "Taken.",
    hint: undefined,
    detail: undefined,
  });
  // A quota has no code of its own, and other failures of that kind are ours.
  expect(publicError({ code: "XX000", routine: "mdzeroextend" })?.code).toBe("LMBSY");
  expect(publicError({ code: "XX000", routine: "elog_start" })).toBeUndefined();
  expect(publicError({ code: "LMTKN1" })).toBeUndefined();
  expect(publicError(undefined)).toBeUndefined();
  expect(publicError("LMTKN")).toBeUndefined();
});

test("no token, password or cart is in the log, whatever happens to the request", async () => {
  const user = await signUp(server);
  const cartToken = randomToken();
  const theatre = await createTheatre(server);
  const caller = { token: user.token, cartToken };
  await server.graphql("{ currentUser { id } }", {}, caller);
  await server.graphql(fail, { way: "theirs" }, caller);
  await ask(`${server.url}`, "{ zzz }", {}, caller);
  await fetch(`${server.url}/nowhere?token=${user.token}`, {
    headers: { authorization: `Bearer ${user.token}` },
  });
  await server.graphql(
    "mutation ($p: UUID!, $s: [String!]!) { holdSeats(input: { performanceId: $p, seatIds: $s }) { booking { id } } }",
    { p: theatre.performanceId, s: [theatre.seatIds[0]] },
    { cartToken },
  );
  await server.graphql(
    `mutation ($e: String!, $p: String!) { signIn(input: { email: $e, password: $p }) { token } }`,
    { e: user.email, p: "wrong horse battery" },
  );
  const log = await readFile(logFile, "utf8");
  expect(log).toContain("/nowhere");
  for (const secret of [
    user.token,
    theatre.owner.token,
    cartToken,
    "correct horse",
    "wrong horse",
  ]) {
    expect(log).not.toContain(secret);
  }
});
