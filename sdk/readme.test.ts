// If this failed, what a newcomer copies from the README or the pages would not run.
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { examplesOf, runExample } from "./testing-examples.ts";
import { putOnSale, smallShow, startOffice, type TestOffice } from "./testing-office.ts";

const pages = [
  "README.md",
  "../docs/risk.md",
  "../docs/inventory.md",
  "../docs/add-ons.md",
  "../docs/events.md",
  "../docs/mails.md",
];
const readme = (
  await Promise.all(pages.map((page) => readFile(new URL(page, import.meta.url), "utf8")))
).join("\n");

const examples = examplesOf(readme);

/** What each of them prints, in the order of the pages. */
const printed: readonly RegExp[] = [
  /^The Tempest Great hall\nStalls, row A, seat 1: 5000 EUR\nStalls, row A, seat 2: 5000 EUR\n(TKT-\w{10} [\w-]{43}\n){2}$/,
  /^LML-\w{8} draft \S+\n$/,
  /^draft\ncanceled\n$/,
  /^Another card\? insufficient_funds\n$/,
  /^true false LMTUS\n$/,
  /^true\n$/,
  // One was paid; of the other the card was declined.
  /^(LML-\w{8} (confirmed|pending_payment)\n){2}$/,
  /^(\d+ locked\n){2}$/,
  // Nothing is sold besides tickets, and nobody is asked anything.
  /^$/,
  /^The Tempest \S+\n$/,
  /^The Tempest published\n0 bookings need a person\n$/,
  /^$/,
];

/** What programs call: what the areas declare and do not keep to themselves. */
async function methods(): Promise<string[]> {
  const areas = new URL("areas/", import.meta.url);
  const files = (await readdir(areas)).filter((file) => file.endsWith(".ts"));
  const texts = await Promise.all(files.map((file) => readFile(new URL(file, areas), "utf8")));
  return texts.flatMap((text) =>
    [...text.matchAll(/^  (?:async )?\*?([a-z]\w*)(?:<.*>)?\(/gm)].map(([, name]) => name ?? ""),
  );
}

test("every method of the client stands in the README, and nothing else", async () => {
  const [, list = ""] = readme.split("## What there is\n");
  const [lines = ""] = list.split("\nFor all of them:");
  const named = [...lines.matchAll(/`([^`]+)`/g)].map(([, name]) => name ?? "");
  const others = ["token", "cartToken", "drawPlan", "OfflineDoor"];
  expect([...new Set(named)].toSorted()).toEqual([...(await methods()), ...others].toSorted());
});

describe("the examples of the README, docs/risk.md and docs/events.md", () => {
  let office: TestOffice;
  let directory: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "lml-readme-"));
    office = await startOffice();
    await putOnSale(office, office.client(), smallShow);
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
    async ({ index, ...example }) => {
      const output = await runExample(example, directory, {
        LML_URL: office.url,
        LML_EMAIL: "organizer@example.com",
        LML_PASSWORD: "a long enough password",
      });
      expect(output).toMatch(printed[index] ?? /never/);
    },
  );
});
