// If this failed, the examples of docs/tickets.md would not run.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { examplesOf, runExample } from "../sdk/testing-examples.ts";
import { startOfficeWithShow, type TestOffice } from "../sdk/testing-office.ts";

const examples = examplesOf(await readFile(new URL("tickets.md", import.meta.url), "utf8"));

/** What each of them prints, in the order of the page. */
const printed = [
  "<svg\nfalse\noffered friend@example.com\n",
  "true\ntrue\nsuccess false\nalready_scanned true\n",
] as const;

let office: TestOffice;
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "lml-tickets-"));
  ({ office } = await startOfficeWithShow());
});
afterAll(async () => {
  await office[Symbol.asyncDispose]();
  await rm(directory, { recursive: true });
});

test("all examples are tested", () => {
  expect(examples).toHaveLength(printed.length);
});

test.each(examples.map((example, index) => ({ ...example, index })))(
  "$heading runs as it stands",
  async ({ index, ...example }) => {
    const output = await runExample(example, directory, {
      LML_URL: office.url,
      LML_EMAIL: "organizer@example.com",
      LML_PASSWORD: "a long enough password",
    });
    expect(output).toBe(printed[index]);
  },
);
