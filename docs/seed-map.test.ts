// If these tests failed, readers of the seed map would look for columns, functions and files that do not exist.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
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

/** The five documents. Where they are not, what reads them is skipped. */
const seeds = new URL("../../shared/seeds/", import.meta.url);

describe.skipIf(!existsSync(seeds))("a seed (needs shared/seeds)", () => {
  test.each([
    { seed: "000", entities: 18, fields: 400 },
    { seed: "001", entities: 14, fields: 250 },
    { seed: "002", entities: 19, fields: 250 },
    { seed: "004", entities: 8, fields: 60 },
  ])("has each of its fields on its page, under its entity: $seed", ({ seed, ...least }) => {
    const page = sectionsOf(textOf(`docs/seed-map/seed-${seed}.md`));
    const found = entitiesOf(readSeed(seed));
    const missing = (of: ReadonlyMap<string, string>): string[] =>
      found
        .filter(([entity, field]) => !of.get(entity)?.includes(`\`${field}\``))
        .map(([entity, field]) => `${entity}.${field}`);
    expect(missing(page)).toEqual([]);
    expect(new Set(found.map(([entity]) => entity)).size).toBe(least.entities);
    expect(found.length).toBeGreaterThan(least.fields);
    // Were a section gone, all of its fields would be missed.
    const [[first = ""] = []] = found;
    const without = new Map([...page].filter(([entity]) => entity !== first));
    expect(missing(without).length).toBeGreaterThan(0);
  });
});

function readSeed(seed: string): string {
  const file = readdirSync(seeds).find((name) => name.startsWith(seed)) ?? "";
  return readFileSync(new URL(file, seeds), "utf8");
}

/** Entities and their fields as the seeds write them: tables of SQL, diagrams, documents and classes. */
function entitiesOf(text: string): (readonly [entity: string, field: string])[] {
  const forms: readonly (readonly [entity: RegExp, field: RegExp])[] = [
    // A column is indented by four; the lines of a constraint begin with a word in capitals.
    [/^CREATE TABLE (\w+) \((.*?)^\);/gms, /^ {4}([a-z_]+) /gm],
    [/^ {4}(\w+) \{$(.*?)^ {4}\}$/gms, /^ {8}\w+ (\w+)/gm],
    [/^### (\w+) Collection.*?^\{$(.*?)^\}$/gms, /^ +(\w+) ?:/gm],
    [/^export class (\w+) \{$(.*?)^\}$/gms, /^ +(\w+)\??:/gm],
  ];
  const all = forms.flatMap(([entity, field]) =>
    [...text.matchAll(entity)].flatMap(([, name = "", body = ""]) =>
      [...body.matchAll(field)].map(([, word = ""]) => `${name} ${word}`),
    ),
  );
  return [...new Set(all)].map((each) => {
    const [name = "", word = ""] = each.split(" ");
    return [name, word];
  });
}

/** The fields that a page answers, by the entities in its headings. */
function sectionsOf(page: string): Map<string, string> {
  return new Map(
    page.split(/^## /m).flatMap((section) => {
      const [heading = ""] = section.split("\n");
      const fields = rowsOf(section).map(([cell = ""]) => cell);
      return (heading.match(/\w+/g) ?? []).map((word) => [word, fields.join()]);
    }),
  );
}

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
