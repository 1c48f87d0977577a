// If these tests failed, the page would promise what nothing in the database keeps, or what no test shows.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { repositoryRoot } from "../cli/db/paths.ts";
import { testDatabase } from "../db/tests/harness.ts";

const page = readFileSync(join(repositoryRoot, "docs", "guarantees.md"), "utf8");

/** The cells of the tables that have a control. */
const rows = page
  .split("\n")
  .filter((line) => line.startsWith("|"))
  .map((line) => line.split("|").slice(1, -1))
  .map((cells) => cells.map((cell) => cell.trim()))
  .filter((cells) => !/^-+$/.test(cells[0] ?? ""));
const guarantees = rows
  .filter(({ length }) => length === 4)
  .filter(([name]) => name !== "guarantee");

test("every object that is named exists in the database", async () => {
  await using database = await testDatabase();
  const owner = await database.connect("lml_owner");
  const named = guarantees.flatMap(([, enforced]) =>
    [...(enforced ?? "").matchAll(/`([^`]+)`/g)].map(([, name]) => name),
  );
  expect(named.length).toBeGreaterThan(guarantees.length - 3);
  const missing = `
    select name from unnest($1::text[]) as name
    where to_regproc(name) is null
      and not exists (select from pg_constraint as c where c.conname = name)
      and not exists (select from pg_class as i where i.relname = name and i.relkind = 'i')`;
  expect((await owner.query(missing, [named])).rows).toEqual([]);
  expect((await owner.query(missing, [["app_private.no_such_thing"]])).rowCount).toBe(1);
});

test("every test and every control that is named stands in its file", () => {
  const links = [...page.matchAll(/\[([^\]]+)\]\((\.\.\/[^)]+)\)/g)];
  expect(links.length).toBeGreaterThan(2 * guarantees.length);
  const missing = links.filter(([, title, path]) => {
    const file = readFileSync(join(repositoryRoot, "docs", path ?? ""), "utf8");
    return !['"', "'", "`"].some((quote) => file.includes(`${quote}${title}${quote}`));
  });
  expect(missing.map(([link]) => link)).toEqual([]);
});

test("every guarantee has a test and a control", () => {
  expect(guarantees.length).toBeGreaterThan(30);
  const bare = guarantees.filter(([, , shown, control]) => {
    return !shown?.includes("](../") || !control?.includes("control: ");
  });
  expect(bare.map(([name]) => name)).toEqual([
    "Every call of Stripe has one effect, wherever the worker dies",
  ]);
});
