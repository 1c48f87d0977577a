// If this failed, the example of docs/payouts.md would not run.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { examplesOf, runExample } from "../sdk/testing-examples.ts";
import { buySeats, putOnSale, smallShow, startOffice } from "../sdk/testing-office.ts";

test("the example runs as it stands", async () => {
  const [example] = examplesOf(await readFile(new URL("payouts.md", import.meta.url), "utf8"));
  if (example === undefined) throw new Error("There is no example.");
  await using office = await startOffice();
  const performance = await putOnSale(office, office.client(), smallShow);
  // Somebody has tried the demo before.
  await buySeats(office.client(), performance, 1);
  await office.standIn.control.makeAvailable();
  const platform = await office.database.connect("lml_owner");
  await platform.query("update app_public.organizations set verification_status = 'verified'");
  // The schedule, which comes every ten minutes, makes no payouts of its own here.
  await platform.query(
    `insert into app_private.payout_runs (organization_id, ran_until)
    select id, now() + interval '1 year' from app_public.organizations`,
  );
  await platform.end();
  const directory = await mkdtemp(join(tmpdir(), "lml-payouts-"));
  try {
    const output = await runExample(example, directory, {
      LML_URL: office.url,
      LML_EMAIL: "organizer@example.com",
      LML_PASSWORD: "a long enough password",
    });
    expect(output.split("\n")).toEqual([
      "true []",
      "9000 would be paid now",
      "paid",
      "10000 1000 9000",
      "fact sale 4500",
      "fact sale 4500",
      "true",
      "",
    ]);
  } finally {
    await rm(directory, { recursive: true });
  }
});
