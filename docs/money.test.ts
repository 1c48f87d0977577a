// If this failed, docs/money.md would say something else of a flow than what is posted, or its example would not run.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { inTransaction } from "../db/tests/harness.ts";
import { examplesOf, runExample } from "../sdk/testing-examples.ts";
import { putOnSale, smallShow, startOffice } from "../sdk/testing-office.ts";

const page = await readFile(new URL("money.md", import.meta.url), "utf8");

/** The cells of the tables in a section. */
function cellsOf(section: string): string[][] {
  return section
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.replaceAll("`", "").trim()),
    );
}

const cents = (text: string): number => (text === "" ? 0 : Math.round(Number(text) * 100));

/** What a section of the page says is posted: debit is positive. */
function postingsOf(category: string): Record<string, number> {
  const section = page.split(/^#+ /m).find((each) => each.startsWith(`\`${category}\`:`)) ?? "";
  return Object.fromEntries(
    cellsOf(section).map(([account = "", debit = "", credit = ""]) => [
      account,
      cents(debit) - cents(credit),
    ]),
  );
}

test("each flow is posted as the page says", async () => {
  await inTransaction("lml_owner", async ({ rows }) => {
    await rows("select tests.create_theatre()");
    await rows("select tests.sign_in('theatre owner')");
    await rows(`select app_public.set_event_promoter(tests.id('theatre.event'), (
      app_public.create_promoter(tests.id('theatre.organization'), 'Paula')).id, 20)`);
    await rows("select tests.sell('sale', 'theatre', 1, 1)");
    await rows(
      "select app_private.post_stripe_fee(tests.intent_of(tests.id('sale')), 212, 6068, 'txn_1')",
    );
    await rows("select tests.sign_in('theatre owner')");
    await rows("select app_public.cancel_booking(tests.id('sale'))");
    await rows("select tests.as_owner()");
    await rows(
      "select app_private.record_refund(tests.refund_of(tests.id('sale')), 're_1', 'succeeded', null)",
    );
    await rows(`insert into app_public.platform_staff (user_id, role)
      select tests.user_id(name), 'support' from unnest(array['sam', 'sue']) as name`);
    await rows(`select tests.keep('fact', id)
      from app_public.ledger_transactions where category = 'sale'`);
    await rows("select tests.sign_in('sam')");
    await rows(`select tests.keep('correction', (app_public.request_correction(
      tests.id('fact'), 'EUR', '{adjustments,organizer_payable}', '{100,-100}', 'A gesture')).id)`);
    await rows("select tests.sign_in('sue')");
    await rows("select app_public.post_correction(tests.id('correction'))");
    await rows("select tests.as_owner()");
    const posted = await rows<{ category: string; entries: Record<string, number> }>(`
      select t.category, json_object_agg(a.kind, e.amount_cents) as entries
      from app_public.ledger_transactions as t
      join app_public.ledger_entries as e on e.transaction_id = t.id
      join app_public.ledger_accounts as a on a.id = e.account_id
      group by t.id order by t.id`);
    expect(posted.map(({ category }) => category)).toEqual(
      "payment sale stripe_fee sale_reversal refund correction".split(" "),
    );
    for (const { category, entries } of posted) {
      expect(postingsOf(category), category).toEqual(entries);
    }
    const moved = await rows<{ row: string[] }>(`
      select array[t.category, m.transaction_type::text,
        to_char(m.gross_amount_cents / 100.0, 'FM990.00'),
        to_char(m.fee_amount_cents / 100.0, 'FM990.00'),
        to_char(m.net_amount_cents / 100.0, 'FM990.00')] as row
      from app_public.payment_transactions as m
      join app_public.ledger_transactions as t on t.id = m.ledger_transaction_id
      order by m.id`);
    const section = page.split(/^## /m).find((each) => each.startsWith("Movements")) ?? "";
    expect(moved.map(({ row }) => row)).toEqual(cellsOf(section));
  });
});

test("payouts are posted as the page says", async () => {
  await inTransaction("lml_owner", async ({ rows }) => {
    await rows("select tests.create_theatre()");
    await rows("update app_public.organizations set verification_status = 'verified'");
    await rows(`insert into app_public.stripe_accounts (
        organization_id, country, email, stripe_account_id, payout_enabled, transfers_enabled
      )
      values (tests.id('theatre.organization'), 'AT', 'a@b.example', 'acct_1', true, true)`);
    await rows("select tests.sell('sale', 'theatre', 1, 1)");
    await rows(
      "select app_private.post_stripe_fee(tests.intent_of(tests.id('sale')), 212, 6068, 'txn_1')",
    );
    await rows(`select tests.keep('payout', (app_private.queue_payout(app_private.make_payout(
      tests.id('theatre.organization'), null, 'EUR', clock_timestamp(), null))).id)`);
    await rows("select app_private.begin_payout(tests.id('payout'))");
    await rows("select app_private.record_transfer_failure(tests.id('payout'), 'x', 'No.')");
    await rows(`select app_private.send_payout_again(p) from app_public.payouts as p`);
    await rows("select app_private.begin_payout(tests.id('payout'))");
    await rows("select app_private.record_transfer(tests.id('payout'), 'tr_1', 'txn_2')");
    await rows(`insert into app_public.platform_staff (user_id, role)
      values (tests.user_id('sam'), 'support')`);
    await rows("select tests.sign_in('sam')");
    await rows(`select tests.keep('reversal', (
      app_public.reverse_payout(tests.id('payout'), 'Wrong', 1000)).id)`);
    await rows("select tests.as_owner()");
    await rows(
      "select app_private.record_payout_reversal(tests.id('reversal'), 'trr_1', 'txn_3', null)",
    );
    const posted = await rows<{ category: string; entries: Record<string, number> }>(`
      select t.category, json_object_agg(a.kind, e.amount_cents) as entries
      from app_public.ledger_transactions as t
      join app_public.ledger_entries as e on e.transaction_id = t.id
      join app_public.ledger_accounts as a on a.id = e.account_id
      where t.category like 'payout%'
      group by t.id order by t.id`);
    expect(posted.map(({ category }) => category)).toEqual(
      "payout payout_failure payout payout_transfer payout_reversal".split(" "),
    );
    for (const { category, entries } of posted) {
      expect(postingsOf(category), category).toEqual(entries);
    }
  });
});

test("the accounts are those that there are", async () => {
  const section = page.split(/^## /m).find((each) => each.startsWith("Accounts")) ?? "";
  await inTransaction("lml_owner", async ({ rows }) => {
    const found = await rows<{ row: string[] }>(`
      select array[kind::text, normal_side::text, case when may_be_negative then 'may be' else 'never' end]
        as row
      from app_public.ledger_account_rules`);
    expect(
      cellsOf(section)
        .map((cells) => cells.slice(0, 3).join())
        .toSorted(),
    ).toEqual(found.map(({ row }) => row.join()).toSorted());
  });
});

test("the example runs as it stands", async () => {
  await using office = await startOffice();
  const performance = await putOnSale(office, office.client(), smallShow);
  const buyer = office.client();
  const { seats } = await buyer.seatMap(performance);
  const held = await buyer.hold(performance, seats.slice(0, 1));
  await buyer.startCheckout(held, { email: "ada@example.com" });
  await buyer.pay(held, { testCard: "visa" });
  const directory = await mkdtemp(join(tmpdir(), "lml-money-"));
  try {
    const [example] = examplesOf(page);
    if (example === undefined) throw new Error("There is no example.");
    const output = await runExample(example, directory, {
      LML_URL: office.url,
      LML_EMAIL: "organizer@example.com",
      LML_PASSWORD: "a long enough password",
    });
    expect(output).toBe("opening null 0\nmovement sale 4500\nclosing null 4500\n0\n");
  } finally {
    await rm(directory, { recursive: true });
  }
});
