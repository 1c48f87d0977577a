// If this failed, what a newcomer copies from the README, docs/risk.md or docs/events.md would not run.
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { putOnSale, smallHall, startOffice, type TestOffice } from "./testing-office.ts";

const pages = ["README.md", "../docs/risk.md", "../docs/events.md"].map((page) =>
  readFile(new URL(page, import.meta.url), "utf8"),
);
const readme = (await Promise.all(pages)).join("\n");

/** Each example with the heading that it stands under. */
const examples = [...readme.matchAll(/^```ts\n(.*?)^```$/gms)].map(({ 1: code = "", index }) => ({
  heading:
    readme
      .slice(0, index)
      .match(/^## .*$/gm)
      ?.at(-1)
      ?.slice(3) ?? "",
  code,
}));

/** What each of them prints, in the order of the pages. */
const printed: readonly RegExp[] = [
  /^The Tempest Great hall\nStalls, row A, seat 1: 5000 EUR\nStalls, row A, seat 2: 5000 EUR\n(TKT-\w{10} [\w-]{43}\n){2}$/,
  /^LML-\w{8} draft \S+\n$/,
  /^Another card\? insufficient_funds\n$/,
  /^true false LMTUS\n$/,
  /^true\n$/,
  // One was paid; of the other the card was declined.
  /^(LML-\w{8} (confirmed|pending_payment)\n){2}$/,
  /^The Tempest \S+\n$/,
  /^The Tempest published\n0 bookings need a person\n$/,
];

describe("the examples of the README, docs/risk.md and docs/events.md", () => {
  let office: TestOffice;
  let directory: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "lml-readme-"));
    office = await startOffice();
    await putOnSale(office, office.client(), {
      layout: smallHall,
      prices: { Good: 5000, Cheap: 2000 },
    });
  });
  afterAll(async () => {
    await office[Symbol.asyncDispose]();
    await rm(directory, { recursive: true });
  });

  test("are all tested", () => {
    expect(examples).toHaveLength(printed.length);
  });

  test.each(examples.map((example, index) => ({ ...example, index })))(
    "number $index, $heading, runs as it stands",
    async ({ code, index }) => {
      const file = join(directory, `example-${index}.ts`);
      const sdk = new URL("index.ts", import.meta.url).href;
      expect(code).toContain('"./sdk/index.ts"');
      await writeFile(file, code.replace('"./sdk/index.ts"', JSON.stringify(sdk)));
      const { stdout } = await promisify(execFile)(process.execPath, [file], {
        env: {
          ...process.env,
          LML_URL: office.url,
          LML_EMAIL: "organizer@example.com",
          LML_PASSWORD: "a long enough password",
        },
      });
      expect(stdout).toMatch(printed[index] ?? /never/);
    },
  );
});
