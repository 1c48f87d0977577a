// If this fails, the database breaks a rule that keeps tenants apart and the schema readable, or a rule has gone blind.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { repositoryRoot } from "../../../cli/db/paths.ts";
import { listCommitted, pendingSql } from "../../../cli/db/sources.ts";
import { rolledBack, testDatabase, type TestDatabase, type TestTransaction } from "../harness.ts";

interface Finding {
  readonly object: string;
  readonly problem: string;
}

const here = import.meta.dirname;
const rules = readdirSync(here)
  .filter((file) => /^\d{3}_[a-z_]+\.sql$/.test(file))
  .map((file) => file.replace(/\.sql$/, ""))
  .toSorted();

let database: TestDatabase;
let client: pg.Client;

beforeAll(async () => {
  database = await testDatabase();
  client = await database.connect("superuser");
});

afterAll(() => database.drop());

function findings(transaction: TestTransaction, rule: string): Promise<Finding[]> {
  return transaction.rows<Finding & pg.QueryResultRow>(read(rule));
}

function read(name: string): string {
  return readFileSync(join(here, `${name}.sql`), "utf8");
}

describe.each(rules)("%s", (rule) => {
  test("holds", async () => {
    const found = await rolledBack(client, "lml_owner", (transaction) =>
      findings(transaction, rule),
    );
    expect(found.map(({ object, problem }) => `${object}: ${problem}`)).toEqual([]);
  });

  // Objects called planted_* break the rule in each way that it knows, and objects called harmless_* come close.
  test("sees a planted violation, and nothing else", async () => {
    const violation = read(`${rule}.violation`);
    const planted = new Set(violation.match(/\b(?:tg_+)?planted[a-z_]*/g));
    const found = await rolledBack(client, "lml_owner", async (transaction) => {
      for (const schema of ["app_public", "app_hidden", "app_private"]) {
        await transaction.client.query(`create schema if not exists ${schema}`);
      }
      await transaction.client.query(violation);
      return (await findings(transaction, rule)).map((each) => `${each.object}: ${each.problem}`);
    });
    const missed = [...planted].filter((name) => !found.some((line) => names(line, name)));
    expect(planted.size).toBeGreaterThan(0);
    expect(missed).toEqual([]);
    expect(found.filter((line) => /^\S*harmless/.test(line))).toEqual([]);
  });
});

function names(line: string, name: string): boolean {
  return new RegExp(`(^|[^a-z_])${name}($|[^a-z_])`).test(line);
}

test("rules are numbered one by one, and each has its violation", () => {
  expect(rules.map((rule) => Number.parseInt(rule, 10))).toEqual(
    rules.map((_, index) => index + 1),
  );
  const violations = readdirSync(here).filter((file) => file.endsWith(".violation.sql"));
  expect(violations.toSorted()).toEqual(rules.map((rule) => `${rule}.violation.sql`));
});

test("there is something to inspect", async () => {
  const inspected = await rolledBack(client, "lml_owner", (transaction) =>
    transaction.rows<{ tables: number }>(
      `select count(*)::integer as tables
      from pg_class
      where relkind in ('r', 'p') and relnamespace::regnamespace::text like 'app\\_%'`,
    ),
  );
  const expected =
    listCommitted(repositoryRoot).length > 0 || pendingSql(repositoryRoot) !== undefined;
  if (expected) expect(inspected[0]?.tables).toBeGreaterThan(0);
  else expect(inspected[0]?.tables).toBe(0);
});
