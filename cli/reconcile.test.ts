// If this failed, lml reconcile would say that Stripe and the books agree when they do not, and the doctor would not ask.
import { afterAll, beforeAll, expect, test } from "vitest";
import { silenceClock } from "../db/tests/harness.ts";
import { putOnSale, smallShow, startOffice, type TestOffice } from "../sdk/testing-office.ts";
import { stripeClient } from "../worker/stripe.ts";
import { lml } from "./testing.ts";

const secretKey = "sk_test_sdk";
let office: TestOffice;

beforeAll(async () => {
  office = await startOffice();
  await silenceClock(office.database, "payment__reconcile");
  const performance = await putOnSale(office, office.client(), smallShow);
  const buyer = office.client();
  const { seats } = await buyer.seatMap(performance);
  const held = await buyer.hold(performance, seats.slice(0, 1));
  await buyer.startCheckout(held, { email: "ada@example.com" });
  await buyer.pay(held, { testCard: "visa" });
});

afterAll(() => office[Symbol.asyncDispose]());

async function run(...words: string[]): Promise<Awaited<ReturnType<typeof lml>>> {
  return await lml(words, {
    DATABASE_URL: office.database.url("lml_owner"),
    STRIPE_SECRET_KEY: secretKey,
    STRIPE_API_BASE: office.standIn.url,
  });
}

async function moveBack(table: string, column: string): Promise<void> {
  const superuser = await office.database.connect("superuser");
  await superuser.query("set session_replication_role = replica");
  await superuser.query(`update app_public.${table} set ${column} = ${column} - interval '3 days'`);
  await superuser.end();
}

/** What the doctor says of comparing, and of what was found. */
async function diagnosis(): Promise<Record<string, string>> {
  const { stdout } = await run("doctor", "--json");
  const all = JSON.parse(stdout) as { check: string; status: string; finding: string }[];
  return Object.fromEntries(
    all
      .filter(({ check }) => ["reconciliation", "payment findings"].includes(check))
      .map(({ check, status, finding }) => [check, `${status}: ${finding}`]),
  );
}

test("the doctor asks for a comparison once money has moved, and none was made", async () => {
  expect(await diagnosis()).toMatchObject({
    reconciliation: expect.stringMatching(/^ok: nothing has moved yet/),
  });
  await moveBack("payment_transactions", "created_at");
  expect(await diagnosis()).toMatchObject({
    reconciliation: "warn: the books were never compared with Stripe",
  });
});

test("what agrees is said to agree, with exit code 0", async () => {
  const { code, stdout } = await run("reconcile", "--grace", "0");
  expect([code, stdout]).toEqual([0, expect.stringContaining("Stripe and the books agree.")]);
  expect(stdout).toMatch(/in the books/);
  expect(await diagnosis()).toMatchObject({
    reconciliation: expect.stringMatching(/^ok: the books were compared with Stripe/),
    "payment findings": expect.stringMatching(/^ok/),
  });
});

test("a difference is one line, and exit code 1, and the doctor tells it too", async () => {
  const stripe = stripeClient({ secretKey, apiBase: office.standIn.url });
  const { latest_charge: charge } = await stripe.paymentIntents.create({
    amount: 4_200,
    currency: "eur",
    confirm: true,
    payment_method: "pm_card_visa",
    allowed_payment_method_types: ["card"],
    expand: ["latest_charge"],
  });
  const told = await run("reconcile", "--grace", "0");
  expect(told.code).toBe(1);
  expect(told.stdout).toMatch(/^missing here +txn_\w+ +\(the platform\)/m);
  expect(told.stdout).toContain("1 open.");
  const json = await run("reconcile", "--grace", "0", "--json");
  expect(json.code).toBe(1);
  const { run: last, findings } = JSON.parse(json.stdout) as {
    readonly run: unknown;
    readonly findings: unknown;
  };
  expect(last).toMatchObject({ status: "completed" });
  expect(findings).toEqual([
    expect.objectContaining({
      kind: "reconciliation_missing_here",
      subject: (charge as { readonly balance_transaction: string }).balance_transaction,
      organization: "(the platform)",
    }),
  ]);
  expect((await diagnosis())["payment findings"]).toMatch(/^warn: .*reconciliation_missing_here/);
});

test("the doctor warns when the last comparison is old", async () => {
  await moveBack("reconciliation_runs", "completed_at");
  expect((await diagnosis())["reconciliation"]).toMatch(
    /^warn: the books were last compared .* ago$/,
  );
});

test("without a Stripe to ask, it says what is missing", async () => {
  const { code, stderr } = await lml(["reconcile", "--data", "/nonexistent"], {
    DATABASE_URL: office.database.url("lml_owner"),
  });
  expect([code, stderr]).toEqual([3, expect.stringContaining("STRIPE_SECRET_KEY")]);
});
