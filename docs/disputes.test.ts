// If this failed, docs/money.md would say something else of a dispute than what is posted, or the example of
// docs/disputes.md would not run.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { inTransaction, until } from "../db/tests/harness.ts";
import { examplesOf, runExample } from "../sdk/testing-examples.ts";
import { putOnSale, smallShow, startOffice } from "../sdk/testing-office.ts";

const money = await readFile(new URL("money.md", import.meta.url), "utf8");
const [example] = examplesOf(await readFile(new URL("disputes.md", import.meta.url), "utf8"));

const cents = (text: string): number => (text === "" ? 0 : Math.round(Number(text) * 100));

/** What a section of docs/money.md says is posted: debit is positive. */
function postingsOf(category: string): Record<string, number> {
  const section = money.split(/^#+ /m).find((each) => each.startsWith(`\`${category}\`:`)) ?? "";
  return Object.fromEntries(
    section
      .split("\n")
      .filter((line) => line.startsWith("| `"))
      .map((line) => {
        const [account = "", debit = "", credit = ""] = line
          .split("|")
          .slice(1, -1)
          .map((cell) => cell.replaceAll("`", "").trim());
        return [account, cents(debit) - cents(credit)];
      }),
  );
}

test("a dispute is posted as the page says", async () => {
  await inTransaction("lml_owner", async ({ rows }) => {
    await rows("select tests.create_theatre()");
    await rows("update app_public.organization_settings set pays_stripe_fees = false");
    for (const [guest, name, verdict] of [
      [1, "won", "won"],
      [2, "lost", "lost"],
    ]) {
      await rows(`select tests.sell('${name}', 'theatre', ${guest}, ${guest})`);
      const took = { id: `txn_${name}`, amount: -6280, fee: 1500, currency: "eur" };
      const gave = { id: "txn_back", amount: 6280, fee: 0, currency: "eur" };
      const dispute = {
        object: "dispute",
        id: `dp_${name}`,
        status: verdict,
        amount: 6280,
        currency: "eur",
        balance_transactions: verdict === "won" ? [took, gave] : [took],
      };
      await rows(`select app_private.apply_dispute(
        '${JSON.stringify(dispute)}'::jsonb || jsonb_build_object(
          'payment_intent', p.stripe_payment_intent_id, 'created', 1
        ),
        '{"id": "evt_${name}", "created": 1}'
      ) from app_public.payment_intents as p where p.booking_id = tests.id('${name}')`);
    }
    const posted = await rows<{ category: string; entries: Record<string, number> }>(`
      select t.category, json_object_agg(a.kind, e.amount_cents) as entries
      from app_public.ledger_transactions as t
      join app_public.ledger_entries as e on e.transaction_id = t.id
      join app_public.ledger_accounts as a on a.id = e.account_id
      where t.category like 'dispute%'
      group by t.id order by t.id`);
    expect(posted.map(({ category }) => category)).toEqual([
      "dispute",
      "dispute_reinstatement",
      "dispute",
      "dispute_loss",
      "dispute_fee",
    ]);
    for (const { category, entries } of posted) {
      expect(postingsOf(category), category).toEqual(entries);
    }
  });
});

test("the example runs as it stands", async () => {
  if (example === undefined) throw new Error("There is no example.");
  const directory = await mkdtemp(join(tmpdir(), "lml-disputes-"));
  await using office = await startOffice();
  const performance = await putOnSale(office, office.client(), smallShow);
  const guest = office.client();
  const { seats } = await guest.seatMap(performance);
  const held = await guest.hold(performance, seats.slice(0, 1));
  await guest.startCheckout(held, { email: "ada@example.com" });
  const { totalAmountCents } = await guest.pay(held, { testCard: "visa" });
  const root = await office.database.connect("superuser");
  const { rows } = await root.query<{ id: string }>(
    "select stripe_payment_intent_id as id from app_public.payment_intents",
  );
  const found = await fetch(`${office.standIn.url}/v1/payment_intents/${rows[0]?.id}`, {
    headers: { authorization: "Bearer sk_test_sdk" },
  });
  const { latest_charge: charge } = (await found.json()) as { latest_charge: string };
  await office.standIn.control.openDispute(charge);
  await until(async () => (await guest.booking(held))?.status === "disputed");
  const output = await runExample(example, directory, {
    LML_URL: office.url,
    LML_EMAIL: "organizer@example.com",
    LML_PASSWORD: "a long enough password",
  });
  expect(output).toBe(`fraudulent ${totalAmountCents} EUR\nada@example.com pending\n`);
  await rm(directory, { recursive: true });
}, 60_000);
