// If this failed, our objects would have other fields or types than the ones Stripe publishes.
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Bench, pay, startBench } from "./testing.ts";

const FIXTURES = new URL("../../../shared/data/stripe_fixtures3.json", import.meta.url);

type Json = Record<string, unknown>;

/** Fields of ours that the fixtures lack. */
const ONLY_OURS: Readonly<Record<string, string>> = {
  "payment_intent.allowed_payment_method_types": "the client's version is newer than the fixtures",
  "payment_intent.payment_record": "the client's version is newer than the fixtures",
  "payment_intent.automatic_payment_methods.allow_redirects": "absent unless it is enabled",
  "event.data.previous_attributes": "only events that tell of a change carry it",
  "account.business_profile.specified_commercial_transactions_act_url":
    "the client's version is newer than the fixtures",
  "account.controller.fees": "the fixture is of a standard account",
  "account.controller.is_controller": "the fixture is of a standard account",
  "account.controller.losses": "the fixture is of a standard account",
  "account.controller.requirement_collection": "the fixture is of a standard account",
  "account.controller.stripe_dashboard": "the fixture is of a standard account",
  "bank_account.available_payout_methods": "only with external accounts of connected accounts",
  "bank_account.account": "only with external accounts of connected accounts",
  "bank_account.default_for_currency": "only with external accounts of connected accounts",
  "setup_intent.allowed_payment_method_types": "the client's version is newer than the fixtures",
  "setup_intent.automatic_payment_methods.allow_redirects": "absent unless it is enabled",
  "setup_intent.customer_account": "the client's version is newer than the fixtures",
  "setup_intent.managed_payments": "the client's version is newer than the fixtures",
  "dispute.intended_submission_method": "the client's version is newer than the fixtures",
  "charge.payment_method_details.card.electronic_commerce_indicator":
    "the client's version is newer than the fixtures",
};

/** Fields of the fixtures that we leave out. */
const ONLY_THEIRS: Readonly<Record<string, string>> = {
  "bank_account.customer": "only with bank accounts of customers",
  "charge.refunds": "sent only when a caller expands it, as in current versions",
};

/** Hashes whose keys are not part of the shape: the caller's, or another kind of object. */
const OPEN = new Set([
  "payment_intent.metadata",
  "charge.metadata",
  "refund.metadata",
  "payment_method.metadata",
  "customer.metadata",
  "account.metadata",
  "account.capabilities",
  "account.external_accounts.data",
  "balance.available",
  "balance.connect_reserved",
  "balance.pending",
  "bank_account.metadata",
  "dispute.metadata",
  "setup_intent.metadata",
  "payout.metadata",
  "transfer.metadata",
  "transfer.reversals.data",
  "transfer_reversal.metadata",
  "event.data.object",
]);

function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function kind(value: unknown): string {
  return Array.isArray(value) ? "array" : typeof value;
}

/** What differs between two shapes; null fits anything, since it says nothing about a type. */
function differences(ours: unknown, theirs: unknown, path: string): string[] {
  if (ours === null || theirs === null || OPEN.has(path)) return [];
  if (kind(ours) !== kind(theirs)) return [`${path} is ${kind(ours)}, not ${kind(theirs)}`];
  if (!isJson(ours) || !isJson(theirs)) return [];
  const found: string[] = [];
  for (const [key, value] of Object.entries(ours)) {
    const inner = `${path}.${key}`;
    if (key in theirs) found.push(...differences(value, theirs[key], inner));
    else if (!(inner in ONLY_OURS)) found.push(`${inner} is only ours`);
  }
  for (const key of Object.keys(theirs)) {
    const inner = `${path}.${key}`;
    if (!(key in ours) && !(inner in ONLY_THEIRS)) found.push(`${inner} is only theirs`);
  }
  return found;
}

describe.skipIf(!existsSync(FIXTURES))("our objects have the shape of Stripe's", () => {
  let fixtures: Json;
  let bench: Bench;
  let samples: Readonly<Record<string, unknown>>;

  beforeAll(async () => {
    const { resources } = JSON.parse(await readFile(FIXTURES, "utf8")) as { resources: Json };
    fixtures = resources;
    bench = await startBench();
    const { stripe } = bench;
    const customer = await stripe.customers.create({ name: "Ada" });
    const intent = await pay(stripe, "pm_card_visa", { customer: customer.id });
    const refund = await stripe.refunds.create({ payment_intent: intent.id, amount: 100 });
    const charge = await stripe.charges.retrieve(String(intent.latest_charge));
    const account = await stripe.accounts.create({
      type: "express",
      capabilities: { transfers: { requested: true } },
    });
    await bench.standIn.control.onboard(account.id);
    await bench.standIn.control.addFunds(10_000, "usd");
    const transfer = await stripe.transfers.create({
      amount: 1_000,
      currency: "usd",
      destination: account.id,
    });
    const onboarded = await stripe.accounts.retrieve(account.id);
    samples = {
      account: onboarded,
      account_link: await stripe.accountLinks.create({
        account: account.id,
        refresh_url: "https://box-office.example/refresh",
        return_url: "https://box-office.example/return",
        type: "account_onboarding",
      }),
      balance: await stripe.balance.retrieve(),
      bank_account: onboarded.external_accounts?.data[0],
      dispute: await bench.standIn.control.openDispute(String(intent.latest_charge)),
      login_link: await stripe.accounts.createLoginLink(account.id),
      payout: await stripe.payouts.create(
        { amount: 500, currency: "usd" },
        { stripeAccount: account.id },
      ),
      setup_intent: await stripe.setupIntents.create({ customer: customer.id }),
      transfer,
      transfer_reversal: await stripe.transfers.createReversal(transfer.id, { amount: 100 }),
      payment_intent: intent,
      charge,
      refund,
      customer,
      event: (await stripe.events.list()).data.find((event) => event.account === undefined),
      balance_transaction: await stripe.balanceTransactions.retrieve(
        String(charge.balance_transaction),
      ),
      payment_method: await stripe.paymentMethods.retrieve(String(intent.payment_method)),
      webhook_endpoint: (await stripe.webhookEndpoints.list()).data[0],
    };
  });

  afterAll(() => bench[Symbol.asyncDispose]());

  test.each([
    "payment_intent",
    "charge",
    "refund",
    "event",
    "balance_transaction",
    "payment_method",
    "customer",
    "webhook_endpoint",
    "account",
    "account_link",
    "balance",
    "bank_account",
    "dispute",
    "login_link",
    "payout",
    "setup_intent",
    "transfer",
    "transfer_reversal",
  ])("%s", (name) => {
    const sample = JSON.parse(JSON.stringify(samples[name])) as Json;
    expect(differences(sample, fixtures[name], name)).toEqual([]);
    expect(sample["object"]).toBe(name);
  });

  test("a charge's refunds, once expanded", async () => {
    const intent = await pay(bench.stripe);
    await bench.stripe.refunds.create({ payment_intent: intent.id });
    const charge = await bench.stripe.charges.retrieve(String(intent.latest_charge), {
      expand: ["refunds"],
    });
    const expanded = JSON.parse(JSON.stringify(charge)) as Json;
    expect(differences(expanded, fixtures["charge"], "charge")).toEqual([]);
    expect(charge.refunds?.data).toHaveLength(1);
  });

  test("the comparison sees a field too many, one too few and a wrong type", () => {
    expect(differences({ a: 1 }, { a: 2, b: 3 }, "x")).toEqual(["x.b is only theirs"]);
    expect(differences({ a: 1, c: {} }, { a: 2 }, "x")).toEqual(["x.c is only ours"]);
    expect(differences({ a: { b: "1" } }, { a: { b: 1 } }, "x")).toEqual([
      "x.a.b is string, not number",
    ]);
  });
});
