// If this failed, organizers could not be paid as they are with Stripe, or could be paid twice.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type Stripe from "stripe";
import { describe, expect, test } from "vitest";
import { type Bench, errorOf, pay, startBench } from "./testing.ts";

const ADDRESSES = {
  refresh_url: "https://box-office.example/again",
  return_url: "https://box-office.example/done",
};

/** An account that may be paid. */
async function connected(
  { stripe, standIn }: Bench,
  rest: Partial<Stripe.AccountCreateParams> = {},
): Promise<Stripe.Account> {
  const account = await stripe.accounts.create({
    type: "express",
    email: "organizer@example.com",
    capabilities: { transfers: { requested: true } },
    ...rest,
  });
  await standIn.control.onboard(account.id);
  return stripe.accounts.retrieve(account.id);
}

function available({ available: rows }: Stripe.Balance): number {
  return rows.reduce((sum, { amount }) => sum + amount, 0);
}

function link(bench: Bench, account: string): Promise<Stripe.AccountLink> {
  return bench.stripe.accountLinks.create({ account, type: "account_onboarding", ...ADDRESSES });
}

function answer(url: string, outcome: string): Promise<Response> {
  return fetch(url, {
    method: "POST",
    body: new URLSearchParams({ outcome }),
    redirect: "manual",
  });
}

describe("onboarding", () => {
  test("an account answers on its page and is then enabled", async () => {
    await using bench = await startBench();
    const { stripe } = bench;
    const account = await stripe.accounts.create({
      type: "express",
      capabilities: { transfers: { requested: true } },
      metadata: { organization: "o-1" },
    });
    expect(account).toMatchObject({
      charges_enabled: false,
      payouts_enabled: false,
      details_submitted: false,
      capabilities: { transfers: "inactive" },
      requirements: { disabled_reason: "requirements.past_due" },
    });
    expect(account.requirements?.currently_due).toContain("external_account");
    const { url } = await link(bench, account.id);
    const page = await fetch(url);
    expect(await page.text()).toContain("TEST MODE");
    const left = await answer(url, "complete");
    expect([left.status, left.headers.get("location")]).toEqual([303, ADDRESSES.return_url]);
    expect(await stripe.accounts.retrieve(account.id)).toMatchObject({
      charges_enabled: true,
      payouts_enabled: true,
      details_submitted: true,
      capabilities: { transfers: "active" },
      requirements: { currently_due: [], disabled_reason: null },
    });
    await bench.arrived();
    const told = bench.receiver.events.find(({ type }) => type === "account.updated");
    expect(told).toMatchObject({
      account: account.id,
      data: { object: { id: account.id }, previous_attributes: { payouts_enabled: false } },
    });
    // A link works once.
    const again = await fetch(url, { redirect: "manual" });
    expect(again.headers.get("location")).toBe(ADDRESSES.refresh_url);
  });

  test("whoever leaves the page, or lacks a document, is not enabled", async () => {
    await using bench = await startBench();
    const { stripe } = bench;
    const account = await stripe.accounts.create({ type: "express" });
    await answer((await link(bench, account.id)).url, "later");
    expect((await stripe.accounts.retrieve(account.id)).details_submitted).toBe(false);
    await answer((await link(bench, account.id)).url, "incomplete");
    expect(await stripe.accounts.retrieve(account.id)).toMatchObject({
      details_submitted: true,
      payouts_enabled: false,
      requirements: { currently_due: ["individual.verification.document"] },
    });
  });

  test("a link that is too old leads to where a new one is made", async () => {
    await using bench = await startBench();
    const account = await bench.stripe.accounts.create({ type: "express" });
    const { url } = await link(bench, account.id);
    await bench.standIn.control.advanceClock(3_600);
    const late = await answer(url, "complete");
    expect(late.headers.get("location")).toBe(ADDRESSES.refresh_url);
    expect((await fetch(`${bench.standIn.url}/test_mode/onboarding/none`)).status).toBe(404);
  });

  test("an account of the API's own answers by parameters", async () => {
    await using bench = await startBench();
    const { stripe } = bench;
    const account = await stripe.accounts.create({
      type: "custom",
      country: "US",
      capabilities: { transfers: { requested: true } },
      business_profile: { url: "https://theatre.example" },
      settings: { payouts: { schedule: { interval: "manual" } } },
    });
    expect(account.settings?.payouts?.schedule.interval).toBe("manual");
    const updated = await stripe.accounts.update(account.id, {
      external_account: "btok_us_verified",
      individual: { first_name: "Ada", last_name: "L." },
      tos_acceptance: { date: 1_700_000_000, ip: "127.0.0.1" },
    });
    expect(updated).toMatchObject({ payouts_enabled: true, details_submitted: true });
    expect(
      await errorOf(
        stripe.accounts.update(account.id, {
          external_account: "btok_unknown",
        }),
      ),
    ).toMatchObject({ code: "resource_missing" });
  });

  test("Stripe may ask for more later, reject an account, and an account may leave", async () => {
    await using bench = await startBench();
    const { stripe, standIn } = bench;
    const account = await connected(bench);
    await standIn.control.restrictAccount(account.id, ["individual.verification.document"]);
    expect(await stripe.accounts.retrieve(account.id)).toMatchObject({
      payouts_enabled: false,
      capabilities: { transfers: "inactive" },
    });
    await standIn.control.restrictAccount(account.id, []);
    expect((await stripe.accounts.retrieve(account.id)).payouts_enabled).toBe(true);
    const rejected = await stripe.accounts.reject(account.id, { reason: "fraud" });
    expect(rejected.requirements?.disabled_reason).toBe("rejected.fraud");
    await standIn.control.deauthorizeAccount(account.id);
    expect(await errorOf(stripe.accounts.retrieve(account.id))).toMatchObject({
      statusCode: 403,
      code: "account_invalid",
    });
    expect(await errorOf(stripe.balance.retrieve({}, { stripeAccount: account.id }))).toMatchObject(
      { code: "account_invalid" },
    );
    await bench.arrived();
    expect(bench.receiver.events.at(-1)).toMatchObject({
      type: "account.application.deauthorized",
      account: account.id,
      data: { object: { object: "application" } },
    });
    expect((await stripe.accounts.list()).data).toEqual([]);
  });
});

describe("transfers", () => {
  test("never more than what is available", async () => {
    await using bench = await startBench();
    const { stripe, standIn } = bench;
    const { id: destination } = await connected(bench);
    await pay(stripe);
    const order = { amount: 4_000, currency: "usd", destination };
    expect(await errorOf(stripe.transfers.create(order))).toMatchObject({
      statusCode: 400,
      code: "balance_insufficient",
    });
    await standIn.control.makeAvailable();
    const transfer = await stripe.transfers.create(
      { ...order, transfer_group: "payout-1", metadata: { payout: "1" } },
      { idempotencyKey: "transfer-1" },
    );
    expect(transfer).toMatchObject({ amount_reversed: 0, reversed: false });
    // The charge of 5000 less its fee of 175 and the transfer of 4000.
    expect(available(await stripe.balance.retrieve())).toBe(825);
    expect(available(await stripe.balance.retrieve({}, { stripeAccount: destination }))).toBe(
      4_000,
    );
    const again = await stripe.transfers.create(
      { ...order, transfer_group: "payout-1", metadata: { payout: "1" } },
      { idempotencyKey: "transfer-1" },
    );
    expect(again.id).toBe(transfer.id);
    expect((await stripe.transfers.list({ transfer_group: "payout-1" })).data).toHaveLength(1);
    expect(await bench.arrived()).toContain("transfer.created");
  });

  test("money of a charge can be sent on before it is available, once", async () => {
    await using bench = await startBench();
    const { stripe } = bench;
    const { id: destination } = await connected(bench);
    const { latest_charge: charge } = await pay(stripe);
    const source = { currency: "usd", destination, source_transaction: String(charge) };
    await stripe.transfers.create({ ...source, amount: 3_000 });
    expect(await errorOf(stripe.transfers.create({ ...source, amount: 2_001 }))).toMatchObject({
      param: "amount",
    });
    await stripe.transfers.create({ ...source, amount: 2_000 });
    const [own] = (await stripe.balance.retrieve({}, { stripeAccount: destination })).pending;
    expect(own?.amount).toBe(5_000);
    expect(
      await errorOf(stripe.transfers.create({ ...source, amount: 1, currency: "eur" })),
    ).toMatchObject({ param: "source_transaction" });
  });

  test.each([
    ["kwd", 4_490, 4_495],
    ["isk", 3_000, 3_010],
  ])("in %s only whole steps are sent, and taken back", async (currency, whole, odd) => {
    await using bench = await startBench();
    const { stripe, standIn } = bench;
    await standIn.control.addFunds(10_000, currency);
    const { id: destination } = await connected(bench);
    const order = { currency, destination };
    expect(await errorOf(stripe.transfers.create({ ...order, amount: odd }))).toMatchObject({
      statusCode: 400,
      param: "amount",
    });
    const transfer = await stripe.transfers.create({ ...order, amount: whole });
    const reversal = stripe.transfers.createReversal(transfer.id, { amount: odd - whole });
    expect(await errorOf(reversal)).toMatchObject({ statusCode: 400, param: "amount" });
  });

  test("not to strangers, nor to accounts that cannot take money", async () => {
    await using bench = await startBench();
    const { stripe, standIn } = bench;
    await standIn.control.addFunds(10_000, "usd");
    const order = { amount: 1_000, currency: "usd" };
    expect(
      await errorOf(stripe.transfers.create({ ...order, destination: "acct_none" })),
    ).toMatchObject({ code: "resource_missing", param: "destination" });
    const account = await stripe.accounts.create({ type: "express" });
    expect(
      await errorOf(stripe.transfers.create({ ...order, destination: account.id })),
    ).toMatchObject({ code: "insufficient_capabilities_for_transfer" });
  });

  test("a reversal takes back what is there, and never more than was sent", async () => {
    await using bench = await startBench();
    const { stripe, standIn } = bench;
    await standIn.control.addFunds(10_000, "usd");
    const { id: destination } = await connected(bench);
    const transfer = await stripe.transfers.create({ amount: 6_000, currency: "usd", destination });
    await stripe.transfers.createReversal(transfer.id, { amount: 1_000 });
    expect(
      await errorOf(stripe.transfers.createReversal(transfer.id, { amount: 5_001 })),
    ).toMatchObject({ param: "amount" });
    await stripe.payouts.create({ amount: 4_000, currency: "usd" }, { stripeAccount: destination });
    expect(await errorOf(stripe.transfers.createReversal(transfer.id))).toMatchObject({
      code: "balance_insufficient",
    });
    await stripe.transfers.createReversal(transfer.id, { amount: 1_000 });
    expect(await stripe.transfers.retrieve(transfer.id)).toMatchObject({
      amount_reversed: 2_000,
      reversed: false,
      reversals: { data: [{ amount: 1_000 }, { amount: 1_000 }] },
    });
    expect(available(await stripe.balance.retrieve())).toBe(6_000);
    const listed = await stripe.transfers.listReversals(transfer.id);
    const [newest] = listed.data;
    expect(await stripe.transfers.retrieveReversal(transfer.id, newest?.id ?? "")).toEqual(
      expect.objectContaining({ transfer: transfer.id }),
    );
    expect(await bench.arrived()).toContain("transfer.reversed");
  });

  test("one can be made to fail", async () => {
    await using bench = await startBench();
    const { stripe, standIn } = bench;
    await standIn.control.addFunds(10_000, "usd");
    const { id: destination } = await connected(bench);
    const order = { amount: 1_000, currency: "usd", destination };
    standIn.control.outage({
      status: 400,
      calls: 1,
      method: "POST",
      path: "/v1/transfers",
      code: "transfers_not_allowed",
      message: "Transfers are not allowed.",
    });
    expect((await stripe.transfers.list()).data).toEqual([]);
    expect(await errorOf(stripe.transfers.create(order))).toMatchObject({
      code: "transfers_not_allowed",
      statusCode: 400,
    });
    await stripe.transfers.create(order);
  });
});

describe("payouts of an account", () => {
  async function funded(bench: Bench, bank?: string): Promise<string> {
    const rest = bank === undefined ? {} : { external_account: bank };
    const { id } = await connected(bench, rest);
    await bench.standIn.control.addFunds(5_000, "usd");
    await bench.stripe.transfers.create({ amount: 5_000, currency: "usd", destination: id });
    return id;
  }

  test("one is paid, and its account hears of it", async () => {
    await using bench = await startBench();
    const { stripe } = bench;
    const stripeAccount = await funded(bench);
    const order = { amount: 3_000, currency: "usd" };
    const payout = await stripe.payouts.create(order, { stripeAccount });
    expect(payout.status).toBe("pending");
    expect(await errorOf(stripe.payouts.create(order, { stripeAccount }))).toMatchObject({
      code: "balance_insufficient",
    });
    expect(await errorOf(stripe.payouts.retrieve(payout.id))).toMatchObject({ statusCode: 404 });
    await expect
      .poll(async () => (await stripe.payouts.retrieve(payout.id, {}, { stripeAccount })).status)
      .toBe("paid");
    await bench.arrived();
    expect(bench.receiver.events.find(({ type }) => type === "payout.paid")).toMatchObject({
      account: stripeAccount,
    });
  });

  test("one to a closed bank account fails and the money comes back", async () => {
    await using bench = await startBench();
    const { stripe } = bench;
    const stripeAccount = await funded(bench, "btok_us_verified_accountClosed");
    const { id } = await stripe.payouts.create(
      { amount: 3_000, currency: "usd" },
      { stripeAccount },
    );
    await expect
      .poll(async () => (await stripe.payouts.retrieve(id, {}, { stripeAccount })).status)
      .toBe("failed");
    expect(
      await stripe.payouts.retrieve(
        id,
        { expand: ["failure_balance_transaction"] },
        { stripeAccount },
      ),
    ).toMatchObject({
      failure_code: "account_closed",
      failure_balance_transaction: { amount: 3_000, type: "payout_failure" },
    });
    expect(available(await stripe.balance.retrieve({}, { stripeAccount }))).toBe(5_000);
    const { data } = await stripe.balanceTransactions.list({}, { stripeAccount });
    expect(data.map(({ type }) => type)).toEqual(["payout_failure", "payout", "payment"]);
  });

  test("a paid one may come back days later, and a pending one may be canceled", async () => {
    await using bench = await startBench({ settleAfterMs: 100_000 });
    const { stripe, standIn } = bench;
    const stripeAccount = await funded(bench);
    const order = { amount: 1_000, currency: "usd" };
    const first = await stripe.payouts.create(order, { stripeAccount });
    await standIn.control.settlePayout(first.id, "succeeded");
    await standIn.control.settlePayout(first.id, "failed", "no_account");
    expect(await stripe.payouts.retrieve(first.id, {}, { stripeAccount })).toMatchObject({
      status: "failed",
      failure_code: "no_account",
    });
    const second = await stripe.payouts.create(order, { stripeAccount });
    expect((await stripe.payouts.cancel(second.id, {}, { stripeAccount })).status).toBe("canceled");
    expect(await errorOf(stripe.payouts.cancel(second.id, {}, { stripeAccount }))).toMatchObject({
      statusCode: 400,
      message: expect.stringContaining("canceled"),
    });
    expect(available(await stripe.balance.retrieve({}, { stripeAccount }))).toBe(5_000);
  });

  test("none before the account is enabled; the platform's own need no account", async () => {
    await using bench = await startBench();
    const { stripe, standIn } = bench;
    const stripeAccount = await funded(bench);
    await standIn.control.restrictAccount(stripeAccount, ["individual.id_number"]);
    const order = { amount: 1_000, currency: "usd" };
    expect(await errorOf(stripe.payouts.create(order, { stripeAccount }))).toMatchObject({
      code: "payouts_not_allowed",
    });
    await standIn.control.addFunds(1_000, "usd");
    expect((await stripe.payouts.create(order)).status).toBe("pending");
  });
});

test("balances add up to the last cent, and a list of transactions tells all of it", async () => {
  await using bench = await startBench();
  const { stripe, standIn } = bench;
  const { id: destination } = await connected(bench);
  for (let index = 0; index < 12; index += 1) await pay(stripe, "pm_card_bypassPending");
  const disputed = await pay(stripe);
  await standIn.control.openDispute(String(disputed.latest_charge));
  await standIn.control.chargeFee(200, "usd", "Connect: active accounts");
  await standIn.control.makeAvailable();
  await stripe.transfers.create({ amount: 20_000, currency: "usd", destination });
  const seen = [];
  for await (const row of stripe.balanceTransactions.list({ limit: 3 })) seen.push(row);
  expect(seen).toHaveLength(16);
  expect(seen.reduce((sum, { net }) => sum + net, 0)).toBe(
    available(await stripe.balance.retrieve()),
  );
  for (const row of seen) {
    expect(row.net).toBe(row.amount - row.fee);
    expect(row.fee_details.reduce((sum, { amount }) => sum + amount, 0)).toBe(row.fee);
  }
  const since = Math.max(...seen.map(({ created }) => created)) + 1;
  expect((await stripe.balanceTransactions.list({ created: { gte: since } })).data).toEqual([]);
  expect((await stripe.balanceTransactions.list({ type: "transfer" })).data).toHaveLength(1);
});

test("accounts, transfers and the clock are there again after a restart", async () => {
  const directory = await mkdtemp(join(tmpdir(), "stripe-stand-in-"));
  const journal = join(directory, "journal.jsonl");
  try {
    let transferId: string;
    {
      await using bench = await startBench({ journal });
      const { id: destination } = await connected(bench);
      await pay(bench.stripe);
      await bench.standIn.control.advanceClock(3 * 24 * 60 * 60);
      const order = { amount: 1_000, currency: "usd", destination };
      transferId = (await bench.stripe.transfers.create(order)).id;
      await bench.arrived();
    }
    await using bench = await startBench({ journal });
    const transfer = await bench.stripe.transfers.retrieve(transferId, { expand: ["destination"] });
    expect(transfer.destination).toMatchObject({ payouts_enabled: true });
    expect(available(await bench.stripe.balance.retrieve())).toBe(3_825);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});

test("calls that mean the platform are refused in an account's name", async () => {
  await using bench = await startBench();
  const { id: stripeAccount } = await connected(bench);
  expect(
    await errorOf(
      bench.stripe.paymentIntents.create({ amount: 500, currency: "usd" }, { stripeAccount }),
    ),
  ).toMatchObject({ statusCode: 400 });
});
