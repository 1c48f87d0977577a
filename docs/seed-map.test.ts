// If these tests failed, readers of the seed map would look for columns, functions and files that do not exist.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { repositoryRoot } from "../cli/db/paths.ts";
import { inTransaction } from "../db/tests/harness.ts";

const pages = [
  "docs/seed-map.md",
  ...readdirSync(join(repositoryRoot, "docs/seed-map")).map((file) => `docs/seed-map/${file}`),
];

test("whatever the seed map names does exist", async () => {
  const names = new Set(pages.flatMap((page) => namesIn(textOf(page))));
  expect(names.size).toBeGreaterThan(300);
  const exists = await existing();
  expect([...names].filter((name) => !exists(name))).toEqual([]);
});

test("an invented name would be found", async () => {
  const page =
    "| `field` | `bookings.invented`, `bookings.id` | `invent()`, not `docs/invented.md` |";
  const exists = await existing();
  const invented = ["bookings.invented", "invent()", "docs/invented.md"];
  expect(namesIn(page).filter((name) => !exists(name))).toEqual(invented);
});

test("each page says of every field where it lives", () => {
  for (const page of pages) {
    const unanswered = rowsOf(textOf(page)).filter(([, where = ""]) => where === "");
    expect(unanswered, page).toEqual([]);
  }
});

function textOf(page: string): string {
  return readFileSync(join(repositoryRoot, page), "utf8");
}

/** The cells of every row of every table. */
function rowsOf(text: string): string[][] {
  const lines = text.split("\n").filter((line) => line.startsWith("|"));
  return lines.map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** What the second and third column name: the first has the names of the seeds. */
function namesIn(text: string): string[] {
  return rowsOf(text)
    .flatMap((cells) => cells.slice(1))
    .flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)])
    .map(([, name = ""]) => name);
}

/** Tells whether there is a file, or something in the database, of a name. */
async function existing(): Promise<(name: string) => boolean> {
  const found = await inTransaction("lml_owner", ({ rows }) => rows<{ name: string }>(catalog));
  const names = new Set(found.map(({ name }) => name));
  return (name) => (name.includes("/") ? existsSync(join(repositoryRoot, name)) : names.has(name));
}

/** Tables, columns, types, values and functions, constraints and indexes; what is not public with its schema. */
const catalog = `
  with schemas as (
    select oid, case when nspname = 'app_public' then '' else nspname || '.' end as prefix
    from pg_namespace where nspname in ('app_public', 'app_hidden', 'app_private')
  )
  select prefix || relname as name
  from pg_class join schemas as s on s.oid = relnamespace
  union
  select prefix || relname || '.' || attname
  from pg_class as c
  join schemas as s on s.oid = relnamespace
  join pg_attribute on attrelid = c.oid and attnum > 0 and not attisdropped
  where relkind in ('r', 'p', 'v', 'm', 'c')
  union
  select prefix || typname || '.' || enumlabel
  from pg_type as t join schemas as s on s.oid = typnamespace join pg_enum on enumtypid = t.oid
  union
  select prefix || conname from pg_constraint join schemas as s on s.oid = connamespace
  union
  select proname || '()' from pg_proc join schemas as s on s.oid = pronamespace
`;
