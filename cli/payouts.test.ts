// If this failed, whoever operates the platform could not see from a terminal what was paid to whom, or decide about it as the
// person they are.
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  buySeats,
  putOnSale,
  smallShow,
  startOffice,
  type TestOffice,
} from "../sdk/testing-office.ts";
import { endAll, lml } from "./testing.ts";

let office: TestOffice;

beforeAll(async () => {
  office = await startOffice();
  const organizer = office.client();
  const performance = await putOnSale(office, organizer, smallShow);
  await buySeats(office.client(), performance, 2);
  // What is due is made by these tests.
  await office.stopWorker();
  await sql(
    `update app_public.organizations set verification_status = 'verified';
    update app_public.organization_settings
    set payout_schedule = 'daily', payout_approval_above_cents = 0;
    insert into app_public.stripe_accounts (
      organization_id, country, email, stripe_account_id, stripe_onboarding_completed,
      payout_enabled, transfers_enabled
    )
    select id, 'AT', email, 'acct_cli', true, true, true from app_public.organizations`,
  );
  // As if it had been sold in a period that has ended.
  await sql(
    `set session_replication_role = replica;
    update app_public.ledger_transactions
    set effective_at = effective_at - interval '3 days',
      occurred_at = occurred_at - interval '3 days'`,
    "superuser",
  );
});

afterAll(async () => {
  await endAll();
  await office[Symbol.asyncDispose]();
});

async function sql(text: string, role: "lml_owner" | "superuser" = "lml_owner"): Promise<void> {
  const client = await office.database.connect(role);
  await client.query(text);
  await client.end();
}

/** `lml payouts` as the owner of the database, and as a member of the organization. */
async function payouts(...words: string[]) {
  return await lml(["payouts", ...words], {
    DATABASE_URL: office.database.url("lml_owner"),
    LML_URL: office.url,
    LML_EMAIL: "organizer@example.com",
    LML_PASSWORD: "a long enough password",
  });
}

test("what is due is made once, listed, and summed again from the books", async () => {
  const none = await payouts("list");
  expect([none.code, none.stdout]).toEqual([0, "There are none.\n"]);
  const made = await payouts("run", "--json");
  expect([made.code, made.stderr]).toEqual([0, ""]);
  const [payout] = JSON.parse(made.stdout).payouts;
  expect(payout).toMatchObject({
    organization: "playhouse",
    status: "pending_approval",
    net: "90.00 EUR",
  });
  const again = await payouts("run");
  expect([again.code, again.stdout]).toEqual([0, expect.stringContaining("Nothing was due.")]);

  const listed = await payouts("list", "--organization", "playhouse");
  expect(listed.stdout).toMatch(
    /playhouse +\d{4}-\d\d-\d\d to \d{4}-\d\d-\d\d +pending_approval +90\.00 EUR/,
  );
  expect(JSON.parse((await payouts("list", "--status", "paid", "--json")).stdout)).toEqual([]);
  const nowhere = await payouts("list", "--organization", "nowhere");
  expect([nowhere.code, nowhere.stderr]).toEqual([1, expect.stringContaining("nowhere")]);

  const shown = await payouts("show", payout.id);
  expect([shown.code, shown.stdout]).toEqual([
    0,
    expect.stringContaining("the same amounts again"),
  ]);
  expect(shown.stdout).toMatch(/^sale:\S+ +100\.00 EUR +10\.00 EUR .* 90\.00 EUR$/m);
  const told = JSON.parse((await payouts("show", payout.id, "--json")).stdout);
  expect(told).toMatchObject({ reproduced: true, items: [{ kind: "fact", net: "90.00 EUR" }] });

  await sql(
    `set session_replication_role = replica;
    update app_public.ledger_entries set amount_cents = amount_cents - 1
    where account_id in (select id from app_public.ledger_accounts where kind = 'organizer_payable')`,
    "superuser",
  );
  const altered = await payouts("show", payout.id);
  expect([altered.code, altered.stdout]).toEqual([
    1,
    expect.stringMatching(/from the books.* 90\.01 EUR/),
  ]);
  await sql(
    `set session_replication_role = replica;
    update app_public.ledger_entries set amount_cents = amount_cents + 1
    where account_id in (select id from app_public.ledger_accounts where kind = 'organizer_payable')`,
    "superuser",
  );
});

test("a person holds, releases and approves", async () => {
  const [payout] = JSON.parse((await payouts("list", "--json")).stdout);
  const held = await payouts("hold", payout.id, "--reason", "The roof", "--json");
  expect([held.code, held.stderr]).toEqual([0, ""]);
  const { id } = JSON.parse(held.stdout);
  expect((await payouts("show", payout.id)).stdout).toContain(
    `Held back until it is released: all of it, The roof (${id})`,
  );
  const released = await payouts("release", id);
  expect([released.code, released.stdout]).toEqual([0, "It is released.\n"]);
  const approved = await payouts("approve", payout.id, "--note", "Looked at");
  expect([approved.code, approved.stdout]).toEqual([0, "The payout is approved.\n"]);
  const twice = await payouts("approve", payout.id);
  expect([twice.code, twice.stderr]).toEqual([3, expect.stringContaining("LMPOS")]);
});

test("nobody decides without saying who they are", async () => {
  const env = { LML_URL: office.url };
  const id = "0199c3b2-0000-7000-8000-000000000000";
  const nobody = await lml(["payouts", "approve", id], env);
  expect([nobody.code, nobody.stderr]).toEqual([2, expect.stringContaining("say whose")]);
  const wrong = await lml(["payouts", "approve", id, "--email", "organizer@example.com"], {
    ...env,
    LML_PASSWORD: "not the password at all",
  });
  expect([wrong.code, wrong.stderr]).toEqual([3, expect.stringContaining("LMCRD")]);
  const unknown = await payouts("show", "nothing");
  expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining("nothing")]);
});
