// If these tests failed, the page would leave a module out, or hide that one refers to another one that comes later.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { repositoryRoot } from "../cli/db/paths.ts";
import { inTransaction } from "../db/tests/harness.ts";

const page = readFileSync(join(repositoryRoot, "docs/architecture.md"), "utf8");
const order = /may depend on each other: ([^.]*)\./.exec(page)?.[1]?.split(/,\s+/) ?? [];

/** The module of each table, by the folder of its policies. */
const modules = new Map(
  readdirSync(join(repositoryRoot, "db/policies"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".sql"))
    .map((file) => file.replace(".sql", "").split(/[\\/]/) as [string, string])
    .map(([module, table]) => [table, module]),
);

test("every module is named", () => {
  expect(readdirSync(join(repositoryRoot, "db/functions")).toSorted()).toEqual(order.toSorted());
});

test("tables refer to modules before their own, and those that do not are listed", async () => {
  const keys = await inTransaction("lml_owner", ({ rows }) =>
    rows<{ source: string; target: string }>(
      `select distinct s.relname as source, t.relname as target
      from pg_constraint as c
      join pg_class as s on s.oid = c.conrelid
      join pg_class as t on t.oid = c.confrelid
      where c.contype = 'f' and c.conparentid = 0`,
    ),
  );
  const forward = keys
    .map(({ source, target }) => [source, modules.get(source), modules.get(target)] as const)
    .filter(([, from, to]) => order.indexOf(from ?? "") < order.indexOf(to ?? ""))
    .map((key) => key.join(" "));
  const listed = [...page.matchAll(/^\| `(.+?) +\| (\w+) +\| (\w+) +\|$/gm)].flatMap(
    ([, tables = "", from, to]) =>
      [...`\`${tables}`.matchAll(/`(\w+)`/g)].map(([, table]) => `${table} ${from} ${to}`),
  );
  expect(listed.toSorted()).toEqual([...new Set(forward)].toSorted());
});
