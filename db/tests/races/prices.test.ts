// If this fails, the last use of a code is had twice, or a seat's price changes under a hold.
import { expect, test } from "vitest";
import { holdOf, type Outcome, Theatre } from "./theatre.ts";

const apply = (booking: string): string =>
  `select coalesce(discount_refusal, 'applied') as answer
  from app_public.apply_discount_code('${booking}', 'once')`;

/** Two carts and a code with one use; the second applies it before the first commits. */
async function lastUse(theatre: Theatre): Promise<{ outcome: Outcome; uses: number }> {
  const owner = await theatre.user("theatre owner");
  expect(
    await owner.once(`select app_public.create_discount_code(
      tests.id('theatre.event'), 'ONCE', percentage => 10, uses_max => 1)`),
  ).toHaveLength(1);
  const carts = [await theatre.hold("one", 1, 1), await theatre.hold("two", 2, 2)] as const;
  const [ada, eve] = [await theatre.guest(1), await theatre.guest(2)];
  await ada.begin();
  expect(await ada.run(apply(carts[0]))).toEqual(["applied"]);
  const second = eve.once(apply(carts[1]));
  await eve.waitsBefore(second);
  await ada.commit();
  return {
    outcome: await second,
    uses: await theatre.value("select count(*)::integer from app_public.discount_redemptions"),
  };
}

test("the last use of a code is had by one of two carts", async () => {
  await using theatre = await Theatre.open();
  const { outcome, uses } = await lastUse(theatre);
  expect(outcome).toEqual(["used_up"]);
  expect(uses).toBe(1);
  expect(await theatre.broken()).toEqual([]);
});

test("control: without the lock of the code, both have it", async () => {
  await using theatre = await Theatre.open();
  await theatre.weaken("app_private.lock_discount_code", "for no key update");
  const { outcome, uses } = await lastUse(theatre);
  expect(outcome).toEqual(["applied"]);
  expect(uses).toBe(2);
});

/** Who pays late has the last use back if it is free; another cart applies it before that commits. */
async function lateUse(theatre: Theatre): Promise<{ outcome: Outcome; late: string }> {
  const owner = await theatre.user("theatre owner");
  await owner.once(`select app_public.create_discount_code(
    tests.id('theatre.event'), 'ONCE', percentage => 10, uses_max => 1)`);
  const late = await theatre.hold("late", 1, 1);
  const cart = await theatre.hold("cart", 2, 2);
  const [ada, eve, worker] = [
    await theatre.guest(1),
    await theatre.guest(2),
    await theatre.worker(),
  ];
  await ada.once(apply(late));
  await ada.once(`select (app_public.start_checkout('${late}', 'late@example.com')).id`);
  await theatre.runOut(late);
  await worker.begin();
  await worker.run(`select tests.pay('${late}')`);
  const second = eve.once(apply(cart));
  await eve.waitsBefore(second);
  await worker.commit();
  return { outcome: await second, late: await theatre.status(late) };
}

test("the last use of a code is had by who pays late, or by another cart", async () => {
  await using theatre = await Theatre.open();
  expect(await lateUse(theatre)).toEqual({ outcome: ["used_up"], late: "confirmed" });
  expect(await theatre.broken()).toEqual([]);
});

test("control: without the lock of the code, by both", async () => {
  await using theatre = await Theatre.open();
  await theatre.weaken("app_private.lock_discount_code", "for no key update");
  expect(await lateUse(theatre)).toEqual({ outcome: ["applied"], late: "confirmed" });
});

/** Somebody checks out as a guest, and with the account of the same address before that commits. */
async function twoFaces(theatre: Theatre): Promise<{ outcome: Outcome; uses: number }> {
  const owner = await theatre.user("theatre owner");
  await owner.once(`select app_public.create_discount_code(
    tests.id('theatre.event'), 'ONCE', percentage => 10, uses_per_customer_max => 1)`);
  const [guest, account] = [await theatre.guest(1), await theatre.user("ada")];
  // A customer whom the organization knows, so that nobody waits for the row of a new one.
  const before = await theatre.hold("before", 1, 3);
  await guest.once(`select (app_public.start_checkout('${before}', 'ada@example.com')).id`);
  const one = await theatre.hold("one", 1, 1);
  const other = await account.value<string>(`select ${holdOf([2])}`);
  expect(await guest.once(apply(one))).toEqual(["applied"]);
  expect(await account.once(apply(other))).toEqual(["applied"]);
  await guest.begin();
  await guest.run(`select (app_public.start_checkout('${one}', 'Ada@example.com')).id`);
  const second = account.once(`select (app_public.start_checkout('${other}')).status`);
  await account.waitsBefore(second);
  await guest.commit();
  return {
    outcome: await second,
    uses: await theatre.value(`select count(*)::integer from app_public.bookings
      where discount_cents > 0 and status = 'pending_payment'`),
  };
}

test("who checks out as a guest and with an account at once uses a code once", async () => {
  await using theatre = await Theatre.open();
  expect(await twoFaces(theatre)).toEqual({ outcome: "LMDSC", uses: 1 });
  expect(await theatre.broken()).toEqual([]);
});

test("control: without the lock of the code, twice", async () => {
  await using theatre = await Theatre.open();
  await theatre.weaken("app_private.lock_discount_code", "for no key update");
  expect(await twoFaces(theatre)).toEqual({ outcome: ["pending_payment"], uses: 2 });
});

/** A seat is given a price while somebody holds it. */
async function priceAgainstHold(theatre: Theatre): Promise<Outcome> {
  const [ada, owner] = [await theatre.guest(1), await theatre.user("theatre owner")];
  await ada.begin();
  await ada.run(`select ${holdOf([3])}`);
  const second = owner.once(
    "select app_public.set_seat_prices(tests.id('theatre.performance'), tests.seats(3), 100)",
  );
  await owner.waitsBefore(second);
  await ada.commit();
  return await second;
}

test("a seat that is being held keeps its price", async () => {
  await using theatre = await Theatre.open();
  expect(await priceAgainstHold(theatre)).toBe("LMTKN");
  expect(await theatre.value("select subtotal_cents::integer from app_public.booking_items")).toBe(
    5000,
  );
  expect(await theatre.broken()).toEqual([]);
});

test("control: decided before the seats are locked, the price changes under the hold", async () => {
  await using theatre = await Theatre.open();
  await theatre.weaken("app_public.set_seat_prices", "for no key update;", ";");
  expect(await priceAgainstHold(theatre)).toHaveLength(1);
  expect(
    await theatre.value(`select price_override_cents::integer from app_public.seat_booking_state
      where status = 'locked'`),
  ).toBe(100);
});

test("who counts what is sold is waited for by nobody", async () => {
  await using theatre = await Theatre.open();
  const owner = await theatre.user("theatre owner");
  expect(
    await owner.once(`select app_public.create_pricing_rule(
      (select id from app_public.ticket_categories
        where event_id = tests.id('theatre.event') and name = 'I'),
      'Crowd', 'category_sold', at_least => 10, percentage => 10)`),
  ).toHaveLength(1);
  const [ada, eve] = [await theatre.guest(1), await theatre.guest(2)];
  await ada.begin();
  await ada.run(`select ${holdOf([1])}`);
  const second = eve.once(`select ${holdOf([2])}`);
  expect(await eve.waitsBefore(second)).toBe(false);
  expect(await second).toHaveLength(1);
  await ada.commit();
  expect(await theatre.broken()).toEqual([]);
});
