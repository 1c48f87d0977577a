// If these tests failed, the image would lack a file that its programs import, or hold what is nobody's business, and
// whoever does what docker-compose.yml says at its top would be refused by it.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, test } from "vitest";
import { repositoryRoot } from "./db/paths.ts";

const compose = read("docker-compose.yml");
const rules = read(".dockerignore")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"));

test("what docker-compose.yml insists on is what its first lines write", () => {
  const head = compose.slice(0, compose.indexOf("\nname:"));
  const listed = /for name in (.*); do/.exec(head)?.[1]?.split(" ") ?? [];
  const written = [...listed, ...[...head.matchAll(/echo "([A-Z_]+)=/g)].map(([, name]) => name)];
  const required = new Set([...compose.matchAll(/\$\{(\w+):\?/g)].map(([, name]) => name));
  expect(required.size).toBeGreaterThan(0);
  expect(written).toEqual(expect.arrayContaining([...required]));
});

test("the image holds every file that its programs import", () => {
  const tasks = readdirSync(join(repositoryRoot, "worker", "tasks"))
    .filter((name) => name.endsWith(".ts") && !name.includes(".test."))
    .map((name) => `worker/tasks/${name}`);
  const imported = importedFrom(["cli/lml.ts", "server/main.ts", "worker/main.ts", ...tasks]);
  expect(imported.size).toBeGreaterThan(100);
  expect([...imported].filter((file) => !isLetIn(file))).toEqual([]);
});

test.each([".gmrc", "db/roles.sql", "db/migrations/before.sql", "sdk/schema.graphql"])(
  "the image holds %s, which its programs read",
  (file) => {
    expect(existsSync(join(repositoryRoot, file))).toBe(true);
    expect(isLetIn(file)).toBe(true);
  },
);

test.each([
  ".env",
  ".env.production",
  "server/.env",
  ".git/config",
  ".lml/secrets.json",
  "copy-of-lml/secrets.json",
  "lml.dump",
  "server/testing.ts",
  "cli/commands.test.ts",
])("the image does not hold %s", (file) => expect(isLetIn(file)).toBe(false));

/** Whether a file goes into the image: the last rule that matches it, or a directory above it, decides. */
function isLetIn(file: string): boolean {
  const last = rules.findLast((rule) => matcher(rule.replace(/^!/, "")).test(file));
  return last === undefined || last.startsWith("!");
}

/** A rule as Docker reads it: stars match dots, too, but not slashes unless there are two. */
function matcher(rule: string): RegExp {
  const words: Record<string, string> = { "**/": "(.*/)?", "*": "[^/]*", ".": "\\." };
  const pattern = rule.replaceAll(/\*\*\/|\*|\./g, (sign) => words[sign] ?? sign);
  return new RegExp(`^${pattern}(/.*)?$`);
}

/** The files of ours that these import, and what those import. */
function importedFrom(entries: readonly string[]): Set<string> {
  const found = new Set(entries);
  // A set goes on to what is added while it is walked.
  for (const file of found) {
    if (!file.endsWith(".ts")) continue;
    for (const [, path = ""] of read(file).matchAll(/(?:from|import\()\s*"(\.[^"]+)"/g)) {
      found.add(relative(repositoryRoot, join(repositoryRoot, dirname(file), path)));
    }
  }
  return found;
}

function read(file: string): string {
  return readFileSync(join(repositoryRoot, file), "utf8");
}
