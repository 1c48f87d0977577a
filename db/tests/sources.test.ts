// If this fails, the SQL is harder to read than it has to be: a long line, a long function, one that nobody calls, or one
// that does not say what it refuses.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { repositoryRoot } from "../../cli/db/paths.ts";

const columns = 100;
const bodyLines = 80;

/** Longer than that, and why. */
const longFunctions: Readonly<Record<string, string>> = {
  take_seats: "a hold is one statement, and each function that it calls costs it time",
  take_admissions: "the same, for places without a seat",
  search_events: "one query, whose filters are planned together",
  refund_units: "one sum, whose parts share running totals",
  rule_catches: "a rule of each kind is a query, side by side with the others",
};

/** Called by nobody here, and why it is there. */
const calledFromElsewhere: Readonly<Record<string, string>> = {
  is_ascending: "a constraint of admission_pools asks it",
  preview_retention: "operators ask it (docs/privacy.md)",
  has_consent: "whoever sends something to users asks it (docs/privacy.md)",
  has_customer_consent: "whoever sends something to customers asks it (docs/privacy.md)",
};

interface SourceFile {
  readonly path: string;
  readonly text: string;
}

function filesIn(folder: string, ending: string): SourceFile[] {
  return readdirSync(join(repositoryRoot, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(ending) && !file.includes("node_modules"))
    .map((file) => ({
      path: `${folder}/${file}`,
      text: readFileSync(join(repositoryRoot, folder, file), "utf8"),
    }));
}

const functions = filesIn("db/functions", ".sql").flatMap(({ path, text }) => {
  const [, schema, name] = /create or replace function (app_\w+)\.(\w+)/.exec(text) ?? [];
  return schema === undefined || name === undefined ? [] : [{ path, text, schema, name }];
});

test.each(["db/functions", "db/policies", "db/migrations/current"])(
  "no line of %s is longer than 100 columns",
  (folder) => {
    const long = filesIn(folder, ".sql").flatMap(({ path, text }) =>
      text
        .split("\n")
        .map((line, index) => ({ line, place: `${path}:${index + 1}` }))
        .filter(({ line }) => line.length > columns)
        .map(({ line, place }) => `${place}: ${line}`),
    );
    expect(long).toEqual([]);
  },
);

test("no function is longer than 80 lines, but those with a reason", () => {
  const long = functions
    .filter(({ text }) => {
      const body = /^as \$\$\n(.*?)^\$\$;/ms.exec(text)?.[1] ?? "";
      return body.split("\n").length - 1 > bodyLines;
    })
    .map(({ name }) => name);
  expect(long.toSorted()).toEqual(Object.keys(longFunctions).toSorted());
});

test("each function that is not exposed has a caller, but those with a reason", () => {
  const called = new Set<string>();
  for (const { path, text } of [
    ...filesIn("db/functions", ".sql"),
    ...filesIn("db/policies", ".sql"),
  ]) {
    const code = text.replaceAll(/--.*$/gm, "").replaceAll(/^comment on .*?;$/gms, "");
    for (const [whole, name] of code.matchAll(/\bapp_(?:hidden|private)\.(\w+)/g)) {
      if (!path.endsWith(`/${name}.sql`)) called.add(whole);
    }
  }
  // A task or the server calls one by its name alone.
  const words = new Set(
    ["server", "worker", "cli", "bench"]
      .flatMap((folder) => filesIn(folder, ".ts"))
      .filter(({ path }) => !/\.test\.ts$|\/testing/.test(path))
      .flatMap(({ text }) => text.match(/\w+/g) ?? []),
  );
  const uncalled = functions
    .filter(({ schema, name }) => schema !== "app_public" && !name.startsWith("tg_"))
    .filter(({ schema, name }) => !called.has(`${schema}.${name}`) && !words.has(name))
    .map(({ name }) => name);
  expect(uncalled.toSorted()).toEqual(Object.keys(calledFromElsewhere).toSorted());
});

test("an invariant has the name of its function", () => {
  const invariants = functions
    .filter(({ text }) => text.includes("returns table (invariant text,"))
    .filter(({ text }) => !text.includes("select * from app_private.check_"));
  expect(invariants.length).toBeGreaterThan(50);
  const misnamed = invariants.filter(
    ({ name, text }) => !text.includes(`'${name.replace(/^check_/, "")}', `),
  );
  expect(misnamed.map(({ name }) => name)).toEqual([]);
});

test("each function that takes an idempotency key says that one may be refused", () => {
  const keyed = functions.filter(
    ({ schema, text }) =>
      schema === "app_public" &&
      /^ {2}.*\bidempotency_key text/m.test(text.split("returns", 1)[0] ?? ""),
  );
  expect(keyed.length).toBeGreaterThan(30);
  // Some pass the key on, and refer to whom.
  const silent = keyed.filter(
    ({ text }) => !/LMIDK|what \w+ raises/.test(text.split("comment on function")[1] ?? ""),
  );
  expect(silent.map(({ name }) => name)).toEqual([]);
});
