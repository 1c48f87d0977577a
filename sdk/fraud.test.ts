// If this failed, a suspicious order would be paid before somebody has looked at it, or its buyer would learn why.
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  AlertClosedError,
  BookingStatusError,
  type LastMinuteLive,
  NotAllowedError,
  type Performance,
  PaymentLostError,
  RefusedByRuleError,
} from "./index.ts";
import { freeSeats, openAccount, startOfficeWithShow, type TestOffice } from "./testing-office.ts";

let office: TestOffice;
let organizer: LastMinuteLive;
let performance: Performance;

beforeAll(async () => {
  ({ office, organizer, performance } = await startOfficeWithShow());
  const { organizationId } = performance;
  const amount = { ruleType: "amount", amountCurrency: "EUR", organizationId } as const;
  const rules = [
    { ...amount, ruleName: "two good ones", amountCents: 10_000, action: "review" },
    { ...amount, ruleName: "three good ones", amountCents: 15_000, action: "block" },
  ] as const;
  for (const rule of rules) await organizer.createFraudRule({ ...rule, severity: "high" });
});

afterAll(() => office[Symbol.asyncDispose]());

async function hold(lml: LastMinuteLive, category: string, count: number) {
  return await lml.hold(performance, await freeSeats(lml, performance, count, category));
}

async function statusOf(held: { readonly id: string }): Promise<string | undefined> {
  return (await organizer.booking(held))?.status;
}

test("an order under review keeps its seats, is approved, and paid", async () => {
  const buyer = office.client({ device: "a telephone" });
  const held = await hold(buyer, "Good", 2);
  const suspicious = await buyer.startCheckout(held, { email: "class@example.com" });
  expect(suspicious).toMatchObject({ status: "fraud_hold", cancellationReason: null });
  expect(Date.parse(suspicious.expiresAt ?? "")).toBeGreaterThan(Date.now() + 20 * 3_600_000);
  const early = await buyer.pay(held, { testCard: "visa" }).catch((error: unknown) => error);
  expect(early).toBeInstanceOf(BookingStatusError);
  expect(early).toMatchObject({
    detail: "fraud_hold",
    hint: expect.stringContaining("looks at it"),
  });

  const filter = { bookingId: held.id, status: "open" } as const;
  const [alert, ...others] = await organizer.fraudAlerts(filter).toArray(10);
  expect(others).toEqual([]);
  expect(alert).toMatchObject({ severity: "high", action: "review", riskScore: 50 });
  const approved = await organizer.approveFraudReview(held, { note: "A school class." });
  expect(approved.status).toBe("pending_payment");
  await expect(organizer.approveFraudReview(held)).rejects.toThrow(BookingStatusError);
  await expect(organizer.resolveFraudAlert(alert ?? "", "confirmed")).rejects.toThrow(
    AlertClosedError,
  );

  const paid = await buyer.pay(held, { testCard: "visa" });
  expect(paid.status).toBe("confirmed");
  expect(await buyer.tickets(paid)).toHaveLength(2);
  const client = await office.database.connect("superuser");
  const { rows } = await client.query(
    "select device, host(ip_address) as address from app_private.booking_signals where booking_id = $1",
    [held.id],
  );
  expect(rows).toEqual([{ device: "a telephone", address: "127.0.0.1" }]);
});

test("an order that is rejected frees its seats, and nothing was charged", async () => {
  const buyer = office.client();
  const held = await hold(buyer, "Good", 2);
  await buyer.startCheckout(held, { email: "thief@example.com" });
  await organizer.rejectFraudReview(held);
  await expect(buyer.pay(held, { testCard: "visa" })).rejects.toThrow(BookingStatusError);
  await expect(buyer.waitForConfirmation(held)).rejects.toThrow(PaymentLostError);
  expect(await buyer.booking(held)).toMatchObject({
    status: "canceled",
    cancellationReason: "The order was not accepted.",
  });
});

test("a blocked order is canceled, and nobody tells its buyer the rule", async () => {
  const buyer = office.client();
  const held = await hold(buyer, "Good", 3);
  const blocked = await buyer.startCheckout(held, { email: "bot@example.com" });
  expect(blocked).toMatchObject({
    status: "canceled",
    cancellationReason: "The order was not accepted.",
    expiresAt: null,
  });
  const { seats } = await buyer.seatMap(performance);
  expect(seats.filter(({ status }) => status === "locked")).toEqual([]);

  const ask = async (token: string | null, cartToken: string | null) => {
    const response = await fetch(`${office.url}/graphql`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(cartToken === null ? {} : { "x-cart-token": cartToken }),
      },
      body: JSON.stringify({
        query: `query ($id: UUID!) {
          booking(id: $id) {
            status
            ${token === null ? "" : "fraudAlerts { nodes { severity } } riskAssessment { score }"}
          }
        }`,
        variables: { id: held.id },
      }),
    });
    return (await response.text()) + String(response.status);
  };
  expect(await ask(null, buyer.cartToken)).toContain('"canceled"');
  expect(await ask(organizer.token, null)).toContain('"score":100');
  const stranger = office.client();
  await openAccount(office, stranger, {
    email: "stranger@example.com",
    password: "a long enough password",
    firstName: "Stan",
    lastName: "Stranger",
  });
  expect(await stranger.fraudAlerts().toArray(10)).toEqual([]);
  await expect(
    stranger.createFraudRule({
      ruleName: "x",
      ruleType: "disposable_email",
      severity: "low",
      action: "flag",
    }),
  ).rejects.toThrow(NotAllowedError);
  const guest = await buyer
    .fraudAlerts()
    .toArray(10)
    .catch(() => "refused");
  expect(guest).toBe("refused");
  expect(await statusOf(held)).toBe("canceled");
});

test("a member's own order waits for somebody else", async () => {
  const held = await hold(organizer, "Good", 2);
  expect((await organizer.startCheckout(held)).status).toBe("fraud_hold");
  await expect(organizer.approveFraudReview(held)).rejects.toThrow(NotAllowedError);
  expect((await organizer.cancel(held)).status).toBe("canceled");
});

test("a rule at holds refuses with a code, until it is switched off", async () => {
  const { organizationId } = performance;
  const rule = await organizer.createFraudRule({
    organizationId,
    ruleName: "grabbing",
    ruleType: "seat_hoarding",
    stage: "hold",
    severity: "low",
    action: "block",
    triggerCount: 3,
    windowSeconds: 600,
  });
  const buyer = office.client();
  const held = await hold(buyer, "Cheap", 2);
  const refusal = await hold(buyer, "Cheap", 1).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(RefusedByRuleError);
  expect(refusal).toMatchObject({ code: "LMRSK", detail: null });
  expect(JSON.stringify(refusal)).not.toContain("grabbing");
  expect((await organizer.setFraudRuleEnabled(rule, false)).isEnabled).toBe(false);
  const more = await hold(buyer, "Cheap", 1);
  await buyer.cancel(held);
  await buyer.cancel(more);
});

test("a review that nobody ends runs out, and the worker sweeps it up", async () => {
  const buyer = office.client();
  const held = await hold(buyer, "Good", 2);
  await buyer.startCheckout(held, { email: "late@example.com" });
  const client = await office.database.connect("superuser");
  await client.query(
    `with over as (
      update app_public.bookings set expires_at = now() - interval '1 second' where id = $1 returning id
    )
    update app_public.seat_booking_state as s
    set locked_until = now() - interval '1 second' from over where s.booking_id = over.id`,
    [held.id],
  );
  await client.query("select app_private.add_job('booking__expire_due', '{}')");
  await expect.poll(() => statusOf(held)).toBe("expired");
  await expect(organizer.approveFraudReview(held)).rejects.toThrow(BookingStatusError);
});

test("trying a rule over what was sold says what it would have caught, and changes nothing", async () => {
  const { organizationId } = performance;
  const day = 86_400_000;
  const period = {
    organizationId,
    since: new Date(Date.now() - day).toISOString(),
    until: new Date(Date.now() + day).toISOString(),
  };
  const before = await organizer.fraudAlerts().toArray(100);
  const caught = await organizer
    .tryFraudRule({ ...period, ruleType: "amount", amountCents: 15_000, amountCurrency: "EUR" })
    .toArray(100);
  expect(caught).toHaveLength(1);
  expect(caught[0]).toMatchObject({ bookingStatus: "canceled" });
  const milder = { ruleType: "amount", amountCents: 90_000, amountCurrency: "EUR" } as const;
  expect(await organizer.tryFraudRule({ ...period, ...milder }).toArray(100)).toEqual([]);
  expect(await organizer.fraudAlerts().toArray(100)).toEqual(before);
});

test("everything is consistent in the end", async () => {
  const client = await office.database.connect("lml_worker");
  const { rows } = await client.query("select * from app_public.check_invariants()");
  expect(rows).toEqual([]);
});
