// If this fails, the database does not behave as one of the pgTAP files beside it says.
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { testServer } from "./harness.ts";
import { testUrl } from "./server.ts";
import { type TapRunner, tapRunner } from "./tap.ts";

const here = import.meta.dirname;
const files = readdirSync(here, { recursive: true, withFileTypes: true })
  .filter((file) => file.isFile() && file.name.endsWith(".sql"))
  .map((file) => relative(here, join(file.parentPath, file.name)).split(sep).join("/"))
  // The rules there are queries, with a runner of their own. Fixtures are what the files use.
  .filter((file) => !file.startsWith("conventions/") && file !== "fixtures.sql")
  .toSorted();

describe("pgTAP", () => {
  let tap: TapRunner;
  beforeAll(() => {
    const server = testServer();
    tap = tapRunner(testUrl(server, "superuser", server.shared));
  });
  afterAll(() => tap[Symbol.asyncDispose]());

  // So that an empty directory is not a failure of vitest, which wants a test in each file.
  test("files are found by their directory", () => {
    expect(files.every((file) => file.endsWith(".sql"))).toBe(true);
  });

  test.for(files)("%s", async (file, { skip }) => {
    const report = await tap.run(readFileSync(join(here, file), "utf8"));
    for (const note of report.notes) process.stdout.write(`${file}: ${note}\n`);
    if (report.problems.length === 0 && report.skipped !== undefined) skip(report.skipped);
    if (report.problems.length === 0) return;
    const said = report.output === "" ? "(no output)" : report.output;
    throw new Error(`${file}:\n- ${report.problems.join("\n- ")}\n\n${said}`);
  });
});
