// If this failed, whoever catches errors by what a method's description lists would miss one that the database raises.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ERROR_CLASSES } from "./errors.ts";

const root = join(import.meta.dirname, "..");

/** What any call may be refused for: who asks, or a key that was used for something else. */
const anyCall = new Set(["LMAUT", "LMSES", "LMCRT", "LMIMP", "LMIDK"]);

function textsIn(folder: string, ending: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(ending))
    .map((file) => readFileSync(join(root, folder, file), "utf8"));
}

/** What each function of the API raises, in the words of its comment. */
const raises = new Map(
  textsIn("db/functions", ".sql").flatMap((text) => {
    const comment = /^comment on function app_public\.(\w+)\([^;]*?\)\s+is\s+(.*?)';$/ms.exec(text);
    const [, name = "", words = ""] = comment ?? [];
    const list = /\bRaises .*/s.exec(words.replaceAll(/'\s*\n\s*'/g, ""))?.[0];
    return list === undefined ? [] : [[name, list] as const];
  }),
);

function codesOf(name: string): string[] {
  const list = raises.get(name) ?? "";
  const others = [...list.matchAll(/what (\w+) raises/g)].map(([, other = ""]) => other);
  return [...(list.match(/\bLM[A-Z]{3}\b/g) ?? []), ...others.flatMap(codesOf)];
}

interface Method {
  readonly name: string;
  readonly throws: string;
  /** The functions that it calls. */
  readonly calls: readonly string[];
}

const methods = textsIn("sdk/areas", ".ts").flatMap((text) =>
  [
    ...text.matchAll(/\/\*\*((?:(?!\*\/).)*)\*\/\n {2}(?:async )?\*?(\w+)[(<](.*?)\n {2}\}\n/gs),
  ].map(([, description = "", name = "", body = ""]): Method => ({
    name,
    throws: /@throws.*/s.exec(description)?.[0] ?? "",
    calls: [...body.matchAll(/\b(\w+)Document\b/g)].map(([, operation = ""]) =>
      operation.replaceAll(/(?<!^)[A-Z]/g, "_$&").toLowerCase(),
    ),
  })),
);

function classesOf({ throws }: Method): string[] {
  const others = methods.filter(({ name }) =>
    new RegExp(`what [^.]*(?:\`${name}\`|\\{@link ${name}\\})[^.]* throws?`).test(throws),
  );
  return [...(throws.match(/\b\w+Error\b/g) ?? []), ...others.flatMap(classesOf)];
}

test("each method names the errors that its function raises", () => {
  const asked = methods.filter(({ calls: [only, ...others] }) => {
    return others.length === 0 && only !== undefined && raises.has(only);
  });
  expect(asked.length).toBeGreaterThan(150);
  const unsaid = asked.flatMap((method) => {
    const said = new Set(classesOf(method));
    const missing = method.calls
      .flatMap(codesOf)
      .filter((code) => !anyCall.has(code))
      .map((code) => ERROR_CLASSES.get(code)?.name ?? code)
      .filter((name) => !said.has(name));
    return missing.length === 0 ? [] : [`${method.name}: ${[...new Set(missing)].join(", ")}`];
  });
  expect(unsaid).toEqual([]);
});
