// If this failed, more money could go back than came in, or a refund's fate would go unnoticed.
import { describe, expect, test } from "vitest";
import type { Endpoint, Prepared } from "./endpoint.ts";
import { parseForm } from "./form.ts";
import { NO_JOURNAL } from "./journal.ts";
import { paymentIntentEndpoints } from "./payment-intents.ts";
import { refundEndpoints } from "./refunds.ts";
import { State } from "./state.ts";
import { Store } from "./store.ts";
import { errorOf, pay, startBench } from "./testing.ts";
import { NO_REQUEST, type World } from "./transaction.ts";

const QUIET_WORLD: World = {
  now: Date.now,
  url: () => "http://127.0.0.1",
  planDelivery: () => null,
  processingMs: () => null,
  searchLagSeconds: () => 0,
  settleAfterMs: 0,
};

/** Prepares a call of the first endpoint, which creates. */
function call(
  endpoints: readonly Endpoint[],
  form: string,
  rest: Record<string, string>,
): Prepared {
  const [create] = endpoints;
  if (create === undefined) throw new Error("There is no endpoint");
  return create.prepare(
    { ...parseForm(form), ...rest },
    { id: "", inner: "", publishable: false, account: null },
  );
}

describe("the cap", () => {
  test("in thousandths, amounts are tens, when they come and when they go", async () => {
    await using bench = await startBench();
    const { stripe } = bench;
    const odd = stripe.paymentIntents.create({ amount: 5_005, currency: "kwd" });
    expect(await errorOf(odd)).toMatchObject({ statusCode: 400, param: "amount" });
    const intent = await pay(stripe, "pm_card_visa", { amount: 5_000, currency: "kwd" });
    const refused = stripe.refunds.create({ payment_intent: intent.id, amount: 1_005 });
    expect(await errorOf(refused)).toMatchObject({ statusCode: 400, param: "amount" });
    const refund = await stripe.refunds.create({ payment_intent: intent.id, amount: 1_010 });
    expect(refund.status).toBe("succeeded");
  });

  test("a charge is refunded in parts, never beyond its amount", async () => {
    await using bench = await startBench();
    const { stripe } = bench;
    const intent = await pay(stripe);
    expect(
      await errorOf(stripe.refunds.create({ payment_intent: intent.id, amount: 6_000 })),
    ).toMatchObject({
      statusCode: 400,
      param: "amount",
      message: "Refund amount ($60.00) is greater than charge amount ($50.00)",
    });
    const first = await stripe.refunds.create({
      payment_intent: intent.id,
      amount: 2_000,
      reason: "requested_by_customer",
      metadata: { lml_refund_id: "r-1" },
      expand: ["balance_transaction", "charge"],
    });
    expect(first).toMatchObject({
      status: "succeeded",
      amount: 2_000,
      metadata: { lml_refund_id: "r-1" },
      balance_transaction: { amount: -2_000, fee: 0, net: -2_000, type: "refund" },
      charge: { amount_refunded: 2_000, refunded: false },
    });
    expect(
      await errorOf(stripe.refunds.create({ payment_intent: intent.id, amount: 3_001 })),
    ).toMatchObject({
      message: "Refund amount ($30.01) is greater than unrefunded amount on charge ($30.00)",
    });
    const rest = await stripe.refunds.create({ charge: String(intent.latest_charge) });
    expect(rest.amount).toBe(3_000);
    expect(await errorOf(stripe.refunds.create({ payment_intent: intent.id }))).toMatchObject({
      statusCode: 400,
      code: "charge_already_refunded",
    });
    expect(await stripe.charges.retrieve(String(intent.latest_charge))).toMatchObject({
      amount_refunded: 5_000,
      refunded: true,
    });
    const arrived = await bench.arrived();
    expect(arrived.filter((type) => type === "refund.created")).toHaveLength(2);
    expect(arrived.filter((type) => type === "charge.refunded")).toHaveLength(2);
  });

  test("of many concurrent refunds only those that fit succeed", async () => {
    await using bench = await startBench();
    const intent = await pay(bench.stripe);
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, () =>
        bench.stripe.refunds.create({ payment_intent: intent.id, amount: 1_500 }),
      ),
    );
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(3);
    const { data } = await bench.stripe.refunds.list({ payment_intent: intent.id });
    expect(data.reduce((sum, { amount }) => sum + amount, 0)).toBe(4_500);
    expect(await bench.stripe.charges.retrieve(String(intent.latest_charge))).toMatchObject({
      amount_refunded: 4_500,
    });
  });

  test("the cap rests on transactions that do not overlap", () => {
    // The control of the test above: two that read before either has written overdraw the charge.
    const refundedBy = (overlapping: boolean) => {
      const store = new Store();
      const state = new State(store, NO_JOURNAL, QUIET_WORLD, () => {});
      const payment = state.begin(NO_REQUEST);
      const paid = call(paymentIntentEndpoints, "amount=5000&currency=usd&confirm=true", {
        payment_method: "pm_card_visa",
        return_url: "https://box-office.example/",
      })(payment) as { latest_charge: string };
      store.apply(payment.changes);
      const refund = call(refundEndpoints, "amount=3000", { charge: paid.latest_charge });
      const [first, second] = [state.begin(NO_REQUEST), state.begin(NO_REQUEST)];
      refund(first);
      if (overlapping) refund(second);
      store.apply(first.changes);
      if (overlapping) store.apply(second.changes);
      else expect(() => refund(second)).toThrow("greater than unrefunded amount");
      return [...store.values("refund")].reduce((sum, { amount }) => sum + amount, 0);
    };
    expect(refundedBy(false)).toBe(3_000);
    expect(refundedBy(true)).toBe(6_000);
  });

  test("only captured money can be refunded", async () => {
    await using bench = await startBench();
    const { stripe } = bench;
    const open = await stripe.paymentIntents.create({ amount: 500, currency: "usd" });
    expect(await errorOf(stripe.refunds.create({ payment_intent: open.id }))).toMatchObject({
      message: expect.stringContaining("does not have a successful charge to refund"),
    });
    const held = await pay(stripe, "pm_card_visa", { capture_method: "manual" });
    expect(await errorOf(stripe.refunds.create({ payment_intent: held.id }))).toMatchObject({
      code: "charge_not_refundable",
    });
    const declined = await errorOf(pay(stripe, "pm_card_chargeDeclined"));
    expect(await errorOf(stripe.refunds.create({ charge: declined.charge ?? "" }))).toMatchObject({
      code: "charge_not_refundable",
    });
    expect(await errorOf(stripe.refunds.create({ payment_intent: "pi_none" }))).toMatchObject({
      statusCode: 404,
      code: "resource_missing",
    });
    expect((await errorOf(stripe.refunds.create({}))).statusCode).toBe(400);
  });
});

describe("what becomes of a refund", () => {
  test("a pending one succeeds later", async () => {
    await using bench = await startBench();
    const intent = await pay(bench.stripe, "pm_card_pendingRefund");
    const refund = await bench.stripe.refunds.create({ payment_intent: intent.id });
    expect(refund.status).toBe("pending");
    await expect
      .poll(async () => (await bench.stripe.refunds.retrieve(refund.id)).status)
      .toBe("succeeded");
    expect(await bench.arrived()).toContain("refund.updated");
  });

  test("one that seemed to succeed fails later, and the charge can be refunded again", async () => {
    await using bench = await startBench();
    const { stripe } = bench;
    const intent = await pay(stripe, "pm_card_refundFail");
    const refund = await stripe.refunds.create({ payment_intent: intent.id, amount: 1_000 });
    expect(refund.status).toBe("succeeded");
    await expect.poll(async () => (await stripe.refunds.retrieve(refund.id)).status).toBe("failed");
    expect(
      await stripe.refunds.retrieve(refund.id, { expand: ["failure_balance_transaction"] }),
    ).toMatchObject({
      failure_reason: "expired_or_canceled_card",
      failure_balance_transaction: { amount: 1_000, type: "refund_failure" },
    });
    expect(await bench.arrived()).toEqual(
      expect.arrayContaining(["refund.updated", "refund.failed"]),
    );
    expect(await stripe.charges.retrieve(String(intent.latest_charge))).toMatchObject({
      amount_refunded: 0,
    });
  });

  test("a test decides it with the control", async () => {
    await using bench = await startBench();
    const intent = await pay(bench.stripe);
    const refund = await bench.stripe.refunds.create({ payment_intent: intent.id });
    await bench.standIn.control.settleRefund(refund.id, "failed", "lost_or_stolen_card");
    expect(await bench.stripe.refunds.retrieve(refund.id)).toMatchObject({
      status: "failed",
      failure_reason: "lost_or_stolen_card",
    });
    const again = await bench.stripe.refunds.create({ payment_intent: intent.id });
    expect(again.amount).toBe(5_000);
  });

  test("its metadata can be changed", async () => {
    await using bench = await startBench();
    const intent = await pay(bench.stripe);
    const refund = await bench.stripe.refunds.create({ payment_intent: intent.id });
    await bench.stripe.refunds.update(refund.id, { metadata: { note: "late" } });
    await bench.arrived();
    const event = bench.receiver.events.find(({ type }) => type === "refund.updated");
    expect(event?.data).toMatchObject({
      object: { metadata: { note: "late" } },
      previous_attributes: { metadata: {} },
    });
  });
});
