// If this failed, the example of docs/reconciliation.md would not run.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { examplesOf, runExample } from "../sdk/testing-examples.ts";
import { putOnSale, smallShow, startOffice, type TestOffice } from "../sdk/testing-office.ts";
import { reconcile } from "../worker/reconcile.ts";
import { stripeClient } from "../worker/stripe.ts";

const [example] = examplesOf(await readFile(new URL("reconciliation.md", import.meta.url), "utf8"));

let office: TestOffice;
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "lml-reconciliation-"));
  office = await startOffice();
  const performance = await putOnSale(office, office.client(), smallShow);
  const buyer = office.client();
  const { seats } = await buyer.seatMap(performance);
  const held = await buyer.hold(performance, seats.slice(0, 1));
  await buyer.startCheckout(held, { email: "ada@example.com" });
  await buyer.pay(held, { testCard: "visa" });
  const stripe = stripeClient({ secretKey: "sk_test_sdk", apiBase: office.standIn.url });
  const database = office.database.pool("lml_worker", 1);
  await reconcile({ stripe, database, graceMinutes: 0 });
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
  expect(output).toBe("EUR 4825 0\n");
});
