// If this test failed, whoever copies from the page of prices would get something that does not run.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { stripTypeScriptTypes } from "node:module";
import { compileFunction } from "node:vm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { repositoryRoot } from "../cli/db/paths.ts";
import { DiscountRefusedError, type LastMinuteLive, type Performance } from "../sdk/index.ts";
import { examplesOf } from "../sdk/testing-examples.ts";
import { smallHall, startOfficeWithShow, type TestOffice } from "../sdk/testing-office.ts";

const page = await readFile(join(repositoryRoot, "docs/prices.md"), "utf8");
const examples = examplesOf(page);

let office: TestOffice;
let organizer: LastMinuteLive;
let performance: Performance;

beforeAll(async () => {
  ({ office, organizer, performance } = await startOfficeWithShow({
    layout: smallHall,
    prices: { Good: 5000, Cheap: 1000 },
  }));
});

afterAll(async () => {
  await office[Symbol.asyncDispose]();
});

test("its examples run: prices are set, quoted, charged and explained", async () => {
  const said: unknown[][] = [];
  const categories = await organizer.categories(performance.eventId);
  const category = categories.find(({ name }) => name === "Good");
  if (category === undefined) throw new Error("There is no such category.");
  const buyer = office.client();
  const names = {
    organizer,
    buyer,
    category,
    performance,
    event: performance.eventId,
    organization: (await organizer.event(performance.eventId))?.organizationId,
    console: { log: (...words: unknown[]) => void said.push(words) },
  };
  const body = examples.map(({ code }) => stripTypeScriptTypes(code)).join("\n");
  const run = compileFunction(`return (async () => {${body}})()`, Object.keys(names)) as (
    ...values: unknown[]
  ) => Promise<void>;
  await run(...Object.values(names));
  expect(said).toEqual([[true], ["public_price", 8000], ["discount", -800]]);

  await expect(
    buyer.quote(performance, { categories: [{ category, quantity: 1 }], code: "no" }),
  ).rejects.toThrow(DiscountRefusedError);
  expect(await organizer.prices(category)).toHaveLength(4);
  expect(await organizer.pricingRules(category)).toHaveLength(1);
  const [code] = await organizer.discountCodes(performance.eventId);
  expect(code?.code).toBe("SUMMER");
});
