// If this fails, a changed function may be left out of a migration, or run before what it needs.
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  compareSources,
  linkSources,
  listCurrent,
  orderSources,
  pendingSql,
  readSources,
  unlinkSources,
} from "./sources.ts";

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "lml-test-"));
});

afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

function write(path: string, text: string): void {
  const file = join(root, "db", path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

const define = (name: string, body = "select 1"): string =>
  `create or replace function app_public.${name}() returns int language sql as '${body}';\n`;

function commit(number: number, sections: Record<string, string>): void {
  const parts = Object.entries(sections).map(
    ([file, text]) => `--! split: ${file}\n${text.trim()}\n`,
  );
  const header = `--! Previous: -\n--! Hash: sha1:${number}\n\n`;
  write(`migrations/committed/${String(number).padStart(6, "0")}-x.sql`, header + parts.join("\n"));
}

function changedPaths(): string[] {
  return compareSources(root).changed.map(({ path }) => path);
}

describe("order", () => {
  test("is functions before views before policies, by module, then by name", () => {
    write("policies/identity/users.sql", "alter table app_public.users enable row level security;");
    write(
      "functions/identity/my_view.sql",
      "create or replace view app_public.my_view as select 1;",
    );
    write("functions/privacy/aaa.sql", define("aaa"));
    write("functions/identity/zzz.sql", define("zzz"));
    write("functions/identity/bbb.sql", define("bbb"));
    expect(changedPaths()).toEqual([
      "db/functions/identity/bbb.sql",
      "db/functions/identity/zzz.sql",
      "db/functions/privacy/aaa.sql",
      "db/functions/identity/my_view.sql",
      "db/policies/identity/users.sql",
    ]);
  });

  test("can be changed by a file that says what it comes after", () => {
    write("functions/identity/aaa.sql", `-- after: payments/ccc\n${define("aaa")}`);
    write("functions/identity/bbb.sql", define("bbb"));
    write("functions/payments/ccc.sql", define("ccc"));
    expect(orderSources(readSources(root)).map(({ name }) => name)).toEqual(["ccc", "aaa", "bbb"]);
  });

  test("cannot go in circles", () => {
    write("functions/identity/aaa.sql", `-- after: identity/bbb\n${define("aaa")}`);
    write("functions/identity/bbb.sql", `-- after: identity/aaa\n${define("bbb")}`);
    expect(() => orderSources(readSources(root))).toThrow(/circles/);
  });
});

describe("a file that is out of place is refused", () => {
  test.each([
    ["functions/nowhere/aaa.sql", define("aaa"), /<module>/],
    ["functions/aaa.sql", define("aaa"), /<module>/],
    ["functions/identity/deep/aaa.sql", define("aaa"), /<module>/],
    ["functions/identity/Hold-Seats.sql", define("aaa"), /lower case/],
    ["functions/identity/aaa.sql", "--! split: 1.sql\n", /graphile-migrate/],
    ["functions/identity/aaa.sql", " \n", /empty/],
  ])("%s", (path, text, reason) => {
    write(path, text);
    expect(() => readSources(root)).toThrow(reason);
  });
});

describe("compared with history", () => {
  test("a source counts as changed when its last sealed text is another", () => {
    write("functions/identity/same.sql", `\n${define("same")}\n\n`);
    write("functions/identity/other.sql", define("other", "select 2"));
    write("functions/identity/fresh.sql", define("fresh"));
    write("functions/identity/reverted.sql", define("reverted"));
    commit(1, {
      "100-tables.sql": "create table app_public.users (id uuid);",
      "1000-functions-identity-same.sql": define("same"),
      "1001-functions-identity-other.sql": define("other"),
      "1002-functions-identity-reverted.sql": define("reverted"),
    });
    commit(2, { "1000-functions-identity-reverted.sql": define("reverted", "select 2") });
    expect(changedPaths()).toEqual([
      "db/functions/identity/fresh.sql",
      "db/functions/identity/other.sql",
      "db/functions/identity/reverted.sql",
    ]);
  });

  test("a source that is gone needs a drop, once", () => {
    commit(1, { "1000-functions-identity-gone.sql": define("gone") });
    expect(compareSources(root).undropped).toEqual(["db/functions/identity/gone.sql"]);

    write("migrations/current/100-drop.sql", "drop function app_public.gone_too();");
    expect(compareSources(root).undropped).toHaveLength(1);
    write("migrations/current/100-drop.sql", "drop function\n  app_public.gone();");
    expect(compareSources(root).undropped).toEqual([]);

    rmSync(join(root, "db/migrations/current/100-drop.sql"));
    commit(2, { "100-drop.sql": "drop function app_public.gone();" });
    expect(compareSources(root).undropped).toEqual([]);
    commit(3, { "1000-functions-identity-gone.sql": define("gone") });
    expect(compareSources(root).undropped).toHaveLength(1);
  });
});

describe("links", () => {
  test("lead to the changed sources, after what is written by hand, and follow changes", () => {
    write("migrations/current/100-tables.sql", "create table app_public.users (id uuid);");
    write("functions/identity/aaa.sql", define("aaa"));
    write("functions/identity/bbb.sql", define("bbb"));
    linkSources(root);
    const current = join(root, "db/migrations/current");
    expect(readdirSync(current).toSorted()).toEqual([
      "100-tables.sql",
      "1000-functions-identity-aaa.sql",
      "1001-functions-identity-bbb.sql",
    ]);
    const link = join(current, "1001-functions-identity-bbb.sql");
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(readFileSync(link, "utf8")).toBe(define("bbb"));

    rmSync(join(root, "db/functions/identity/aaa.sql"));
    linkSources(root);
    expect(listCurrent(root)).toEqual(["100-tables.sql", "1000-functions-identity-bbb.sql"]);

    unlinkSources(root);
    expect(listCurrent(root)).toEqual(["100-tables.sql"]);
    expect(readFileSync(join(root, "db/functions/identity/bbb.sql"), "utf8")).toBe(define("bbb"));
  });

  test("keep their numbers to themselves", () => {
    write("migrations/current/1000-tables.sql", "select 1;");
    expect(() => linkSources(root)).toThrow(/for links/);
  });
});

test("what is pending is told without touching a file", () => {
  expect(pendingSql(root)).toBeUndefined();
  write("migrations/current/20-later.sql", "select 'later';");
  write("migrations/current/3-first.sql", "select 'first';");
  write("functions/identity/aaa.sql", define("aaa"));
  const pending = pendingSql(root);
  expect(pending?.files).toEqual([
    "db/migrations/current/3-first.sql",
    "db/migrations/current/20-later.sql",
    "db/functions/identity/aaa.sql",
  ]);
  expect(pending?.text).toContain("-- db/functions/identity/aaa.sql\ncreate or replace");
  expect(listCurrent(root)).toHaveLength(2);
});
