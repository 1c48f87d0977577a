// If this failed, the client would no longer run in a browser, or bring more along than it says.
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const directory = new URL("./", import.meta.url);

/** The files that index.ts needs, and the packages that these import. */
async function reach(file: URL, files: Set<string>, packages: Set<string>): Promise<void> {
  if (files.has(file.href)) return;
  files.add(file.href);
  const text = await readFile(file, "utf8");
  for (const [, name = ""] of text.matchAll(/(?:from|import)\s*\(?"([^"]+)"/g)) {
    if (name.startsWith(".")) await reach(new URL(name, file), files, packages);
    else packages.add(name);
  }
}

test("it imports zod and graphql-ws, and nothing else from outside", async () => {
  const files = new Set<string>();
  const packages = new Set<string>();
  await reach(new URL("index.ts", directory), files, packages);
  expect(files.size).toBeGreaterThan(8);
  expect([...packages].toSorted()).toEqual(["graphql-ws/client", "zod"]);
});

test("it uses nothing that only Node has", async () => {
  // The types of the language and of browsers, without those of Node.
  const options =
    "--noEmit --strict --noUncheckedIndexedAccess --exactOptionalPropertyTypes --skipLibCheck " +
    "--target ES2025 --module NodeNext --moduleResolution NodeNext --erasableSyntaxOnly " +
    "--verbatimModuleSyntax --allowImportingTsExtensions --lib ES2025,DOM,DOM.Iterable " +
    "--types zod --ignoreConfig";
  const tsc = new URL("../node_modules/typescript/bin/tsc", directory).pathname;
  const index = new URL("index.ts", directory).pathname;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [tsc, ...options.split(" "), index],
    { encoding: "utf8" },
  ).catch((error: { stdout: string }) => error);
  expect(stdout).toBe("");
});
