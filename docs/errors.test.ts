// If these tests failed, programs would meet codes that nobody explained, or read of codes that do not exist.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { repositoryRoot } from "../cli/db/paths.ts";
import { hintOf } from "../server/hints.ts";

test("the list of errors and the code agree", () => {
  const page = readFileSync(join(repositoryRoot, "docs/errors.md"), "utf8");
  const listed = [...page.matchAll(/^\| `(LM[A-Z]{3})` \|/gm)].map(([, code = ""]) => code);
  expect(listed.length).toBeGreaterThan(40);
  expect(new Set(listed).size).toBe(listed.length);
  const raised = new Set([
    ...codesIn("db/functions", ".sql", /'(LM[A-Z]{3})'/g),
    ...codesIn("server", ".ts", /"(LM[A-Z]{3})"/g),
  ]);
  expect(listed.toSorted()).toEqual([...raised].toSorted());
});

test("a refusal that does not say what to do is given a hint by its code", () => {
  const base = join(repositoryRoot, "db/functions");
  const without = readdirSync(base, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".sql"))
    .flatMap((file) => [
      ...readFileSync(join(base, file), "utf8").matchAll(/raise exception [^;]*/g),
    ])
    .filter(([raised]) => !raised.includes("hint"))
    .flatMap(([raised]) => [...raised.matchAll(/errcode = '(LM[A-Z]{3})'/g)])
    .map(([, code = ""]) => code);
  expect(without.length).toBeGreaterThan(100);
  expect(without.filter((code) => hintOf(code) === undefined)).toEqual([]);
});

function codesIn(directory: string, ending: string, pattern: RegExp): string[] {
  const base = join(repositoryRoot, directory);
  return readdirSync(base, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(ending) && !file.endsWith(".test.ts"))
    .flatMap((file) => [...readFileSync(join(base, file), "utf8").matchAll(pattern)])
    .map(([, code = ""]) => code);
}
