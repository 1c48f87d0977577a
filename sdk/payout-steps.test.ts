// If this failed, an organization that sells in dinars or in crowns would be owed payouts that Stripe refuses.
import { expect, test } from "vitest";
import { until } from "../db/tests/harness.ts";
import type { LastMinuteLive, Organization, PayoutAccount } from "./index.ts";
import { buySeats, putOnSale, smallHall, startOffice, type TestOffice } from "./testing-office.ts";

/** An account that may be paid, and enough at Stripe to pay it. */
async function openPurse(
  office: TestOffice,
  organizer: LastMinuteLive,
  organizationId: Organization["id"],
  currency: string,
): Promise<void> {
  const platform = await office.database.connect("lml_owner");
  await platform.query("update app_public.organizations set verification_status = 'verified'");
  await platform.query("update app_public.organization_settings set minimum_payout_cents = 1");
  // The schedule, which comes every ten minutes, makes no payouts of its own here.
  await platform.query(
    `insert into app_private.payout_runs (organization_id, ran_until)
    select id, now() + interval '1 year' from app_public.organizations`,
  );
  await platform.end();
  await office.standIn.control.addFunds(1_000_000, currency.toLowerCase());
  await organizer.openPayoutAccount({ organizationId, country: "AT" });
  const known = async (): Promise<PayoutAccount | undefined> =>
    (await organizer.payoutAccounts(organizationId).toArray(1))[0];
  await office.standIn.control.onboard(
    await until(async () => (await known())?.stripeAccountId ?? null),
  );
  await until(async () => (await known())?.transfersEnabled);
}

test.each([
  // A tenth is the platform's.
  { currency: "KWD", price: 5550, shares: [4990, 5000] },
  { currency: "ISK", price: 550_500, shares: [495_400, 495_500] },
])(
  "in $currency a payout is whole steps, and the next one has the rest",
  async ({ currency, price, shares }) => {
    await using office = await startOffice();
    const organizer = office.client();
    const performance = await putOnSale(office, organizer, {
      layout: smallHall,
      prices: { Good: price, Cheap: price },
      currency,
    });
    const { organizationId } = performance;
    await openPurse(office, organizer, organizationId, currency);
    const buyer = office.client();
    for (const netPayoutCents of shares) {
      await buySeats(buyer, performance, 1);
      const [preview] = await organizer.payoutPreview(organizationId).toArray(1);
      expect(preview?.nextPayoutCents).toBe(netPayoutCents);
      const payout = await organizer.submitPayout(await organizer.createPayout({ organizationId }));
      const ended = await until(async () => {
        const now = await organizer.payout(payout);
        return now?.status === "paid" || now?.status === "failed" ? now : null;
      });
      expect(ended).toMatchObject({ status: "paid", netPayoutCents, failureReason: null });
    }
  },
  90_000,
);
