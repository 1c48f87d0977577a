// If this failed, the example of docs/refunds.md would not run.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { examplesOf, runExample } from "../sdk/testing-examples.ts";
import { startOfficeWithShow, type TestOffice } from "../sdk/testing-office.ts";

const [example] = examplesOf(await readFile(new URL("refunds.md", import.meta.url), "utf8"));

let office: TestOffice;
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "lml-refunds-"));
  ({ office } = await startOfficeWithShow());
});
afterAll(async () => {
  await office[Symbol.asyncDispose]();
  await rm(directory, { recursive: true });
});

test("the example runs as it stands", async () => {
  if (example === undefined) throw new Error("There is no example.");
  const output = await runExample(example, directory, {
    LML_URL: office.url,
    LML_EMAIL: "organizer@example.com",
    LML_PASSWORD: "a long enough password",
  });
  expect(output).toBe("50 percent would come back\nconfirmed true\n2500 true\napproved 100\n");
});
