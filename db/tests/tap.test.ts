// If this fails, a pgTAP file that proves nothing, or that has failed, may count as passed.
import { describe, expect, test } from "vitest";
import { testServer } from "./harness.ts";
import { testUrl } from "./server.ts";
import { judge, tapRunner, type TapReport } from "./tap.ts";

async function run(...texts: readonly string[]): Promise<TapReport> {
  const server = testServer();
  await using tap = tapRunner(testUrl(server, "superuser", server.shared));
  let report = judge([]);
  for (const text of texts) report = await tap.run(text);
  return report;
}

describe("a file passes", () => {
  test("when all that was planned ran and was ok", async () => {
    const report = await run(
      `select plan(2);
      select ok(true, 'one');
      select is(1 + 1, 2, 'two');
      select * from finish();`,
    );
    expect(report).toMatchObject({ problems: [], notes: [], count: 2 });
    expect(report.output).toContain("ok 2 - two");
  });

  test("when it brings its own begin and rollback", async () => {
    const report = await run(
      "begin; select plan(1); select pass('fine'); select * from finish(); rollback;",
    );
    expect(report.problems).toEqual([]);
  });

  test("when a test is known to fail, or is left out, which is told", async () => {
    const report = await run(
      `select plan(2);
      select todo('waits for a decision', 1);
      select ok(false, 'not yet');
      select skip('not on this server', 1);
      select * from finish();`,
    );
    expect(report.problems).toEqual([]);
    expect(report.notes).toHaveLength(2);
  });

  test("as lml_owner, unless it names another role", async () => {
    const asks = (role: string): string =>
      `select plan(1); select is(current_user::text, '${role}'); select * from finish();`;
    expect((await run(asks("lml_owner"))).problems).toEqual([]);
    expect((await run(`-- run as: lml_worker\n${asks("lml_worker")}`)).problems).toEqual([]);
    expect((await run(`-- run as: superuser\n${asks("lml_owner")}`)).problems).not.toEqual([]);
  });

  test("whatever the file before it has left behind", async () => {
    const fresh = `select plan(2);
      select is(current_user::text, 'lml_owner');
      select is(current_setting('lml.session_token', true), '');
      select * from finish();`;
    const littering = `select plan(1); select pass('fine'); select * from finish(); rollback;
      set role lml_anonymous; set lml.session_token = 'x'; set search_path = '';
      create temporary table _gone (id integer); prepare gone as select 1; listen gone;
      begin; select 1 / 0;`;
    expect((await run(littering)).problems).not.toEqual([]);
    expect((await run(littering, fresh)).problems).toEqual([]);
  });

  test("when it becomes a user in between, who may compare results too", async () => {
    const report = await run(
      `select plan(2);
      set local role lml_anonymous;
      select is(current_user::text, 'lml_anonymous');
      select set_eq('select 1', 'select 1', 'temporary tables work');
      reset role;
      select * from finish();`,
    );
    expect(report.problems).toEqual([]);
  });
});

describe("a file fails", () => {
  test.each<[string, string, RegExp]>([
    ["when a test is not ok", "select plan(1); select ok(false, 'no');", /^not ok 1 - no/],
    ["when too few tests ran", "select plan(2); select pass();", /2 tests were planned, and 1 ran/],
    [
      "when too many tests ran",
      "select plan(1); select pass(); select pass();",
      /1 tests were planned, and 2 ran/,
    ],
    ["when there is no plan", "select 'ok 1';", /there is no plan/],
    ["when the plan is open", "select no_plan(); select pass(); select * from finish();", /plan/],
    ["when it is empty", "", /there is no plan/],
    ["when the SQL is wrong", "select plan(1); selec 1;", /42601.*line 1/],
    [
      "when a statement fails after all tests",
      "select plan(1); select pass(); select 1 / 0;",
      /22012/,
    ],
    ["when it asks for psql", "select plan(1);\n\\i other.sql\nselect pass();", /42601/],
    ["when it names an unknown role", "-- run as: somebody\nselect plan(0);", /must name one of/],
  ])("%s", async (_name, text, problem) => {
    const report = await run(text);
    expect(report.problems.join("\n")).toMatch(problem);
  });

  test("when its transaction was aborted, and keeps what was said before", async () => {
    const report = await run("select plan(2); select pass('first'); select 1 / 0; select pass();");
    expect(report.problems.join("\n")).toMatch(/division by zero/);
    expect(report.output).toContain("ok 1 - first");
  });
});

describe("lines of TAP", () => {
  test.each<[string, string[]]>([
    ["numbers that jump", ["1..2", "ok 1", "ok 3"]],
    ["two plans", ["1..1", "1..1", "ok 1"]],
    ["a plan at the end", ["ok 1", "1..1"]],
    ["a file that bails out", ["1..1", "ok 1", "Bail out! the server is gone"]],
    ["an empty plan without a reason", ["1..0"]],
  ])("%s do not pass", (_name, lines) => {
    expect(judge(lines).problems).not.toEqual([]);
  });

  test("a file that leaves itself out says why", () => {
    expect(judge(["1..0 # SKIP needs two servers"])).toMatchObject({
      problems: [],
      skipped: "needs two servers",
    });
  });
});
