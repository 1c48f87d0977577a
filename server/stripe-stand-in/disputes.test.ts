// If this failed, a dispute would take or give money other than Stripe does, or nobody would hear.
import { describe, expect, test } from "vitest";
import { type Bench, errorOf, pay, startBench } from "./testing.ts";

async function disputeOf({ stripe }: Bench, intent: { id: string }) {
  await expect
    .poll(async () => (await stripe.disputes.list({ payment_intent: intent.id })).data)
    .toHaveLength(1);
  const [dispute] = (await stripe.disputes.list({ payment_intent: intent.id })).data;
  if (dispute === undefined) throw new Error("There is no dispute");
  return dispute;
}

describe("by test card", () => {
  test("a dispute follows the payment and takes the money with a fee", async () => {
    await using bench = await startBench();
    const intent = await pay(bench.stripe, "pm_card_createDispute");
    expect(intent.status).toBe("succeeded");
    const dispute = await disputeOf(bench, intent);
    expect(dispute).toMatchObject({
      amount: 5_000,
      charge: intent.latest_charge,
      status: "needs_response",
      reason: "fraudulent",
      is_charge_refundable: false,
      balance_transactions: [
        { amount: -5_000, fee: 1_500, net: -6_500, reporting_category: "dispute" },
      ],
    });
    expect(await bench.arrived()).toEqual(
      expect.arrayContaining(["charge.dispute.created", "charge.dispute.funds_withdrawn"]),
    );
    expect((await bench.stripe.charges.retrieve(String(intent.latest_charge))).disputed).toBe(true);
    expect(await errorOf(bench.stripe.refunds.create({ payment_intent: intent.id }))).toMatchObject(
      { code: "charge_disputed" },
    );
  });

  test("other cards stand for other reasons, and for a bank's question only", async () => {
    await using bench = await startBench();
    const missing = await pay(bench.stripe, "pm_card_createDisputeProductNotReceived");
    expect((await disputeOf(bench, missing)).reason).toBe("product_not_received");
    const asked = await pay(bench.stripe, "pm_card_createDisputeInquiry");
    const inquiry = await disputeOf(bench, asked);
    expect(inquiry).toMatchObject({
      status: "warning_needs_response",
      is_charge_refundable: true,
      balance_transactions: [],
    });
    await bench.stripe.refunds.create({ payment_intent: asked.id });
    expect((await bench.stripe.disputes.retrieve(inquiry.id)).status).toBe("warning_closed");
  });
});

describe("the answer", () => {
  test("winning evidence brings the money back, but not the fee", async () => {
    await using bench = await startBench();
    const { stripe } = bench;
    const { id } = await disputeOf(bench, await pay(stripe, "pm_card_createDispute"));
    const staged = await stripe.disputes.update(id, {
      evidence: { customer_name: "Ada" },
      submit: false,
    });
    expect(staged).toMatchObject({
      status: "needs_response",
      evidence_details: { has_evidence: true, submission_count: 0 },
    });
    const sent = await stripe.disputes.update(id, {
      evidence: { uncategorized_text: "winning_evidence" },
      metadata: { lml: "1" },
    });
    expect(sent).toMatchObject({
      status: "under_review",
      evidence: { customer_name: "Ada" },
      evidence_details: { submission_count: 1 },
    });
    expect(
      await errorOf(stripe.disputes.update(id, { evidence: { customer_name: "Eve" } })),
    ).toMatchObject({ statusCode: 400 });
    await expect.poll(async () => (await stripe.disputes.retrieve(id)).status).toBe("won");
    const { balance_transactions: moved } = await stripe.disputes.retrieve(id);
    expect(moved.map(({ net }) => net)).toEqual([-6_500, 5_000]);
    expect(await bench.arrived()).toEqual(
      expect.arrayContaining([
        "charge.dispute.updated",
        "charge.dispute.closed",
        "charge.dispute.funds_reinstated",
      ]),
    );
  });

  test("losing evidence, giving up and silence lose", async () => {
    await using bench = await startBench();
    const { stripe, standIn } = bench;
    const disputes = [];
    for (let index = 0; index < 3; index += 1) {
      disputes.push(await disputeOf(bench, await pay(stripe, "pm_card_createDispute")));
    }
    const [first, second, third] = disputes.map(({ id }) => id);
    await stripe.disputes.update(first ?? "", {
      evidence: { uncategorized_text: "losing_evidence" },
    });
    await stripe.disputes.close(second ?? "");
    await standIn.control.expireDispute(third ?? "");
    await expect
      .poll(async () => (await stripe.disputes.list()).data.map(({ status }) => status))
      .toEqual(["lost", "lost", "lost"]);
    expect((await stripe.disputes.retrieve(third ?? "")).evidence_details.past_due).toBe(true);
    expect(await errorOf(stripe.disputes.close(second ?? ""))).toMatchObject({ statusCode: 400 });
  });

  test("a question becomes a dispute", async () => {
    await using bench = await startBench();
    const { stripe } = bench;
    const { id } = await disputeOf(bench, await pay(stripe, "pm_card_createDisputeInquiry"));
    const escalated = await stripe.disputes.update(id, {
      evidence: { uncategorized_text: "escalate_inquiry_evidence" },
    });
    expect(escalated).toMatchObject({
      status: "needs_response",
      payment_method_details: { card: { case_type: "chargeback" } },
      balance_transactions: [{ amount: -5_000 }],
    });
  });
});

test("on demand: of a part, with another reason, won with the fee given back", async () => {
  await using bench = await startBench();
  const { stripe, standIn } = bench;
  const intent = await pay(stripe);
  const charge = String(intent.latest_charge);
  await stripe.refunds.create({ payment_intent: intent.id, amount: 1_000 });
  await expect(standIn.control.openDispute(charge, { amount: 5_001 })).rejects.toThrow("amount");
  await standIn.control.openDispute(charge, { reason: "duplicate", amount: 2_000 });
  const { id } = await disputeOf(bench, intent);
  await standIn.control.closeDispute(id, "won", true);
  const { balance_transactions: moved, status } = await stripe.disputes.retrieve(id);
  expect([status, moved.map(({ net }) => net)]).toEqual(["won", [-3_500, 3_500]]);
  // What was won can be refunded again.
  expect((await stripe.refunds.create({ payment_intent: intent.id })).amount).toBe(4_000);
});
