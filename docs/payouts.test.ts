// If this failed, the example of docs/payouts.md would not run.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { examplesOf, runExample } from "../sdk/testing-examples.ts";
import { putOnSale, smallShow, startOffice } from "../sdk/testing-office.ts";

test("the example runs as it stands", async () => {
  const [example] = examplesOf(await readFile(new URL("payouts.md", import.meta.url), "utf8"));
  if (example === undefined) throw new Error("There is no example.");
  await using office = await startOffice();
  const performance = await putOnSale(office, office.client(), smallShow);
  const buyer = office.client();
  const { seats } = await buyer.seatMap(performance);
  const held = await buyer.hold(performance, seats.slice(0, 1));
  await buyer.startCheckout(held, { email: "ada@example.com" });
  await buyer.pay(held, { testCard: "visa" });
  await office.standIn.control.addFunds(100_000, "eur");
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
    expect(output).toBe("true []\n4500 would be paid now\n5000 500 4500\nfact sale 4500\ntrue\n");
  } finally {
    await rm(directory, { recursive: true });
  }
  // An event that overtakes what it is about is applied with the next round, a minute later.
}, 180_000);
