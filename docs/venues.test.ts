// If these tests failed, whoever copies from the page of venues would get something that does not run.
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { repositoryRoot } from "../cli/db/paths.ts";
import { playhouseText } from "../cli/demo/playhouse.ts";
import { readLayout } from "../cli/layout/index.ts";
import { canonicalText, drawPlan, type LastMinuteLive, type Performance } from "../sdk/index.ts";
import { smallHall, startOfficeWithShow, type TestOffice } from "../sdk/testing-office.ts";

const page = await readFile(join(repositoryRoot, "docs/venues.md"), "utf8");
const example = (language: string): string =>
  new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "ms").exec(page)?.[1] ?? "";

let office: TestOffice;
let organizer: LastMinuteLive;
let performance: Performance;
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "lml-venues-"));
  ({ office, organizer, performance } = await startOfficeWithShow({
    layout: smallHall,
    prices: { Good: 2000, Cheap: 1000 },
  }));
});

afterAll(async () => {
  await office[Symbol.asyncDispose]();
  await rm(directory, { recursive: true });
});

test("the picture is the hall of the demo", async () => {
  const picture = await readFile(join(repositoryRoot, "docs/pictures/riverside.svg"), "utf8");
  expect(picture).toBe(drawPlan(JSON.parse(playhouseText())));
});

test("the document is a sound layout, and is imported as it stands", async () => {
  const reading = readLayout(example("json"), { repair: false });
  expect(reading).toMatchObject({
    accepted: true,
    problems: [],
    counts: { seats: 3, places: 800 },
  });
  const [venue] = await organizer.searchVenues({}).toArray(1);
  const stored = await organizer.importLayout(venue ?? "", example("json"));
  expect(stored).toMatchObject({ seatCount: 3, standingCapacity: 800 });
});

test("the program moves a performance, or says why not", async () => {
  const buyer = office.client();
  const { seats } = await buyer.layout(performance);
  await buyer.hold(
    performance,
    seats.slice(0, 2).map(({ id }) => id),
  );
  expect(await run("Larger", 1)).toBe("2 taken seats, 1 more to sell\n");
  expect(await run("Smaller", -9)).toBe(
    "Stalls, row A, seat 1: missing\nStalls, row A, seat 2: missing\nThe hall stays as it is.\n",
  );
});

/** Runs the example with a plan that has so many seats more in its first row. */
async function run(name: string, more: number): Promise<string> {
  const [stalls] = smallHall.sections;
  if (stalls === undefined || stalls.kind === "standing") throw new Error("The hall has no seats.");
  const [first, ...others] = stalls.rows;
  const seats =
    more > 0
      ? [...(first?.seats ?? []), { number: "6", x: 0.9, y: 0.1, category: "Good" }]
      : (first?.seats ?? []).slice(2);
  const rows = [{ name: "A", seats }, ...others];
  const plan = join(directory, `${name}.json`);
  await writeFile(plan, canonicalText({ ...smallHall, name, sections: [{ ...stalls, rows }] }));

  const file = join(directory, `${name}.ts`);
  const sdk = new URL("../sdk/index.ts", import.meta.url).href;
  await writeFile(file, example("ts").replace('"./sdk/index.ts"', JSON.stringify(sdk)));
  const [venue] = await organizer.searchVenues({}).toArray(1);
  const words = [office.url, organizer.token ?? "", venue?.id ?? "", performance.id, plan];
  const { stdout } = await promisify(execFile)(process.execPath, [file, ...words]);
  return stdout;
}
