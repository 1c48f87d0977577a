// If this failed, programs could not pay an organization out, with a second person, or hold what is doubtful.
import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../db/tests/harness.ts";
import {
  ApprovalNeededError,
  type LastMinuteLive,
  NothingToPayOutError,
  type Payout,
  PayoutRefusedError,
  PayoutStatusError,
  type Performance,
} from "./index.ts";
import { buySeats, openAccount, startOfficeWithShow, type TestOffice } from "./testing-office.ts";

let office: TestOffice;
let organizer: LastMinuteLive;
let performance: Performance;

beforeAll(async () => {
  ({ office, organizer, performance } = await startOfficeWithShow());
  await buySeats(office.client(), performance, 2);
});

afterAll(() => office[Symbol.asyncDispose]());

async function sql(text: string): Promise<void> {
  const platform = await office.database.connect("lml_owner");
  await platform.query(text);
  await platform.end();
}

async function becomes(payout: Payout, status: Payout["status"]): Promise<Payout> {
  return await until(async () => {
    const now = await organizer.payout(payout);
    return now?.status === status ? now : null;
  });
}

test("a payout is made, held, approved, refused for lack of money, and paid", async () => {
  const { organizationId } = performance;
  const refused = organizer.createPayout({ organizationId });
  await expect(refused).rejects.toThrow(PayoutRefusedError);
  await sql("update app_public.organizations set verification_status = 'verified'");
  // The schedule, which comes every ten minutes, makes no payouts of its own here.
  await sql(
    `insert into app_private.payout_runs (organization_id, ran_until)
    select id, now() + interval '1 year' from app_public.organizations`,
  );
  const account = await organizer.openPayoutAccount({ organizationId, country: "AT" });
  let [known] = await organizer.payoutAccounts(organizationId).toArray(1);
  for (; known?.stripeAccountId == null;) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    [known] = await organizer.payoutAccounts(organizationId).toArray(1);
  }
  expect(known).toMatchObject({ id: account.id, transfersEnabled: false });
  await office.standIn.control.onboard(known.stripeAccountId);
  while (known?.transfersEnabled !== true) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    [known] = await organizer.payoutAccounts(organizationId).toArray(1);
  }

  await organizer.setPayoutSettings(organizationId, { approvalAboveCents: 0 });
  const draft = await organizer.createPayout({ organizationId });
  expect(draft).toMatchObject({ status: "draft", netPayoutCents: 9000, refundsCents: 0 });
  await expect(organizer.createPayout({ organizationId })).rejects.toThrow(NothingToPayOutError);
  const hold = await organizer.holdPayout(draft, { reason: "The roof", amountCents: 1000 });
  expect(await organizer.payoutHolds(draft).toArray(9)).toMatchObject([{ id: hold.id }]);
  expect((await organizer.submitPayout(draft)).status).toBe("pending_approval");
  await expect(organizer.approvePayout(draft)).rejects.toThrow(ApprovalNeededError);
  expect((await organizer.cancelPayout(draft, { note: "Again" })).status).toBe("canceled");

  await organizer.setPayoutSettings(organizationId, { approvalAboveCents: null });
  const payout = await organizer.createPayout({ organizationId });
  const whole = await organizer.holdPayout(payout, { reason: "Wait" });
  expect((await organizer.submitPayout(payout)).status).toBe("approved");
  await expect(organizer.submitPayout(payout)).rejects.toThrow(PayoutStatusError);
  expect((await organizer.releasePayoutHold(whole)).releasedAt).not.toBeNull();
  // What was paid by card is available only days later.
  const failed = await becomes(payout, "failed");
  expect(failed).toMatchObject({ failureCode: "balance_insufficient", attempt: 1 });
  await office.standIn.control.addFunds(100_000, "eur");
  expect(await organizer.retryPayout(payout)).toMatchObject({ status: "approved", attempt: 2 });
  const paid = await becomes(payout, "paid");
  expect(paid).toMatchObject({ netPayoutCents: 9000, transactionsIncluded: 1, eventsIncluded: 1 });
  expect(await organizer.payouts(organizationId).toArray(9)).toHaveLength(2);
  expect((await organizer.reproducePayout(payout)).netPayoutCents).toBe(9000);
  const [item] = await organizer.payoutItems(payout).toArray(9);
  expect(item).toMatchObject({ kind: "fact", netCents: 9000, commissionCents: 1000 });

  const support = office.client();
  const person = { email: "sam@example.com", password: "a long enough password" };
  await openAccount(office, support, { ...person, firstName: "Sam", lastName: "Support" });
  await sql("select app_private.grant_first_platform_role('sam@example.com', 'admin')");
  const reason = "Paid to the wrong account";
  const reversal = await support.reversePayout(payout, { reason, amountCents: 1000 });
  expect(reversal).toMatchObject({ payoutId: payout.id, amountCents: 1000, reason });
}, 90_000);
