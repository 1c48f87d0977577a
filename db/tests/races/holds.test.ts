// If this fails, two buyers at the same moment get the same seat, block each other, or pay a wrong amount.
import { expect, test } from "vitest";
import { holdOf, Theatre, type Outcome, type Session } from "./theatre.ts";

const predicate =
  "and (s.status = 'available' or (s.status = 'locked' and s.locked_until <= now()))";

async function twoBuyersOfOneSeat(theatre: Theatre): Promise<Outcome> {
  const [ada, eve] = [await theatre.guest(1), await theatre.guest(2)];
  await ada.begin();
  await ada.run(`select ${holdOf([1, 2])}`);
  const second = eve.once(`select ${holdOf([2, 3])}`);
  await eve.waits();
  await ada.commit();
  return await second;
}

test("of two buyers of one seat, the second is told at once and gets nothing", async () => {
  await using theatre = await Theatre.open();
  expect(await twoBuyersOfOneSeat(theatre)).toBe("LMTKN");
  expect(await theatre.value("select count(*)::integer from app_public.bookings")).toBe(1);
  expect(await theatre.value("select tests.seat_status(tests.id('theatre.performance'), 3)")).toBe(
    "available",
  );
  expect(await theatre.broken()).toEqual([]);
});

test("control: without the predicate both have it", async () => {
  await using theatre = await Theatre.open();
  await theatre.weaken("app_private.take_seats", predicate);
  expect(await twoBuyersOfOneSeat(theatre)).toHaveLength(1);
  expect(await theatre.broken()).toContain("open_booking_owns_its_seats");
});

test("when the first gives up, the second has the seat", async () => {
  await using theatre = await Theatre.open();
  const [ada, eve] = [await theatre.guest(1), await theatre.guest(2)];
  await ada.begin();
  await ada.run(`select ${holdOf([1])}`);
  const second = eve.once(`select ${holdOf([1])}`);
  await eve.waits();
  await ada.rollback();
  expect(await second).toHaveLength(1);
  expect(await theatre.broken()).toEqual([]);
});

// Somebody keeps the seat in the middle locked until both wait, each with the seats before it in their own order.
async function oppositeOrders(
  theatre: Theatre,
  take: (name: "ada" | "eve") => (theatre: Theatre) => Promise<Outcome>,
): Promise<Outcome[]> {
  const middle = await theatre.worker();
  await middle.begin();
  await middle.run("select from app_public.seat_booking_state where seat_no = 3 for update");
  const first = take("ada")(theatre);
  const second = take("eve")(theatre);
  await expect
    .poll(
      async () => await theatre.value("select count(*)::integer from pg_locks where not granted"),
    )
    .toBeGreaterThanOrEqual(2);
  await middle.rollback();
  return await Promise.all([first, second]);
}

test("holds of the same seats in opposite order do not block each other for ever", async () => {
  await using theatre = await Theatre.open();
  const [ada, eve] = [await theatre.guest(1), await theatre.guest(2)];
  const outcomes = await oppositeOrders(theatre, (name) => async () => {
    return name === "ada"
      ? await ada.once(`select ${holdOf([5, 3, 1])}`)
      : await eve.once(`select ${holdOf([1, 3, 5])}`);
  });
  expect(outcomes.filter((outcome) => outcome === "LMTKN")).toHaveLength(1);
  expect(outcomes.filter((outcome) => typeof outcome !== "string")).toHaveLength(1);
  expect(await theatre.broken()).toEqual([]);
});

test("control: seat by seat, in the order of clicks, they do", async () => {
  await using theatre = await Theatre.open();
  const outcomes = await oppositeOrders(theatre, (name) => async () => {
    const session = await theatre.worker();
    await session.begin();
    for (const seat of name === "ada" ? [5, 3, 1] : [1, 3, 5]) {
      const outcome = await session.run(
        `update app_public.seat_booking_state set price_override_cents = 1 where seat_no = ${seat}`,
      );
      if (typeof outcome === "string") {
        await session.rollback();
        return outcome;
      }
    }
    return await session.commit();
  });
  expect(outcomes).toContain("40P01");
});

test("eight buyers of random seats in random order never block each other for ever", async () => {
  await using theatre = await Theatre.open();
  const buyers = await Promise.all(Array.from({ length: 8 }, (_, n) => theatre.guest(n + 1)));
  const outcomes = await Promise.all(
    buyers.map(async (buyer, n) => {
      const codes: string[] = [];
      let last: unknown;
      for (let round = 0; round < 30; round += 1) {
        const seats = shuffled(n * 1000 + round).slice(0, 1 + (round % 10));
        const outcome = await buyer.once(`select ${holdOf(seats)}`);
        if (typeof outcome === "string") codes.push(outcome);
        // Who got some lets earlier ones go, so that there is something left for the others.
        else {
          if (last !== undefined)
            await buyer.value(`select app_public.cancel_booking('${String(last)}')`);
          last = outcome[0];
        }
      }
      return codes;
    }),
  );
  expect(new Set(outcomes.flat())).toEqual(new Set(["LMTKN"]));
  expect(await theatre.broken()).toEqual([]);
});

/** The seats 1 to 18 in an order that depends on the seed alone. */
function shuffled(seed: number): number[] {
  let state = seed + 1;
  const next = (): number => (state = (state * 48_271) % 2_147_483_647);
  return Array.from({ length: 18 }, (_, n) => ({ seat: n + 1, key: next() }))
    .sort((a, b) => a.key - b.key)
    .map(({ seat }) => seat);
}

// A buyer whose transaction began just before the deadline of the hold, which has passed by now for everybody else.
async function lastMoment(theatre: Theatre): Promise<{ booking: string; slow: Session }> {
  const booking = await theatre.hold("slow", 1, 1, 2);
  const slow = await theatre.guest(1);
  await slow.begin();
  const clock = await theatre.worker();
  await clock.begin();
  const [deadline] = await clock.run("select clock_timestamp()::text");
  await clock.run(
    `update app_public.bookings set expires_at = '${deadline}' where id = '${booking}'`,
  );
  await clock.run(
    `update app_public.seat_booking_state set locked_until = '${deadline}' where booking_id = '${booking}'`,
  );
  await clock.commit();
  return { booking, slow };
}

async function checkoutAgainstTakeOver(theatre: Theatre): Promise<Outcome> {
  const { booking, slow } = await lastMoment(theatre);
  const quick = await theatre.guest(2);
  await quick.begin();
  expect(await quick.run(`select ${holdOf([2])}`)).toHaveLength(1);
  const checkout = slow.run(`select app_public.start_checkout('${booking}', 'a@b.c')`);
  await slow.waits();
  await quick.commit();
  const outcome = await checkout;
  if (typeof outcome === "string") await slow.rollback();
  else await slow.commit();
  return outcome;
}

test("a checkout whose seats were taken over ends there", async () => {
  await using theatre = await Theatre.open();
  expect(await checkoutAgainstTakeOver(theatre)).toBe("LMEXP");
  expect(await theatre.broken()).toEqual([]);
});

test("control: without asking whose they are, it asks for money for them", async () => {
  await using theatre = await Theatre.open();
  await theatre.weaken("app_private.prolong_hold", "and s.booking_id = (prolong_hold.booking).id");
  expect(await checkoutAgainstTakeOver(theatre)).toHaveLength(1);
  expect(await theatre.broken()).toContain("open_booking_owns_its_seats");
});

async function takeOverAgainstCheckout(theatre: Theatre): Promise<Outcome> {
  const { booking, slow } = await lastMoment(theatre);
  const quick = await theatre.guest(2);
  expect(await slow.run(`select app_public.start_checkout('${booking}', 'a@b.c')`)).toHaveLength(1);
  const takeOver = quick.once(`select ${holdOf([2])}`);
  await quick.waits();
  await slow.commit();
  return await takeOver;
}

test("a checkout that came first keeps its seats", async () => {
  await using theatre = await Theatre.open();
  expect(await takeOverAgainstCheckout(theatre)).toBe("LMTKN");
  expect(await theatre.broken()).toEqual([]);
});

test("control: without looking at the seat again, it loses them", async () => {
  await using theatre = await Theatre.open();
  await theatre.weaken("app_private.take_seats", predicate);
  expect(await takeOverAgainstCheckout(theatre)).toHaveLength(1);
  expect(await theatre.broken()).toContain("open_booking_owns_its_seats");
});

async function oneDraftFromTwoWindows(theatre: Theatre): Promise<Outcome> {
  const booking = await theatre.hold("cart", 1, 1);
  const [left, right] = [await theatre.guest(1), await theatre.guest(1)];
  await left.begin();
  await left.run(`select ${holdOf([2], booking)}`);
  const second = right.once(`select ${holdOf([3], booking)}`);
  await right.waits();
  await left.commit();
  return await second;
}

test("two windows add to one cart, and its total is right", async () => {
  await using theatre = await Theatre.open();
  expect(await oneDraftFromTwoWindows(theatre)).toHaveLength(1);
  expect(await theatre.value("select subtotal_cents::integer from app_public.bookings")).toBe(
    15_000,
  );
  expect(await theatre.broken()).toEqual([]);
});

test("control: without the lock on the cart, the total is refused at commit", async () => {
  await using theatre = await Theatre.open();
  await theatre.weaken("app_private.lock_booking", "for no key update");
  expect(await oneDraftFromTwoWindows(theatre)).toBe("LMSUM");
  expect(await theatre.broken()).toEqual([]);
});

test("control: without that check either, an update is lost", async () => {
  await using theatre = await Theatre.open();
  await theatre.weaken("app_private.lock_booking", "for no key update");
  await theatre.owner.query("drop trigger _900_check_totals on app_public.bookings");
  await theatre.owner.query("drop trigger _900_check_totals on app_public.booking_items");
  expect(await oneDraftFromTwoWindows(theatre)).toHaveLength(1);
  expect(await theatre.broken()).toContain("booking_is_sum_of_its_lines");
});

async function oneKeyTwice(theatre: Theatre, ends: "commit" | "rollback"): Promise<Outcome[]> {
  const [first, second] = [await theatre.guest(1), await theatre.guest(1)];
  await first.begin();
  const one = await first.run(`select ${holdOf([1], undefined, "key")}`);
  const other = second.once(`select ${holdOf([1], undefined, "key")}`);
  await second.waits();
  await first[ends]();
  return [one, await other];
}

test("the same idempotency key from two sessions gives one booking", async () => {
  await using theatre = await Theatre.open();
  const [one, other] = await oneKeyTwice(theatre, "commit");
  expect(one).toHaveLength(1);
  expect(other).toEqual(one);
  expect(await theatre.value("select count(*)::integer from app_public.bookings")).toBe(1);
  expect(await theatre.broken()).toEqual([]);
});

test("when the first of them fails, the second does the work", async () => {
  await using theatre = await Theatre.open();
  const [one, other] = await oneKeyTwice(theatre, "rollback");
  expect(other).toHaveLength(1);
  expect(other).not.toEqual(one);
  expect(await theatre.broken()).toEqual([]);
});

test("control: without the key's uniqueness, a buyer is told that the own seat is taken", async () => {
  await using theatre = await Theatre.open();
  await theatre.owner.query(
    "alter table app_private.idempotency_keys drop constraint idempotency_keys_pkey",
  );
  const [, other] = await oneKeyTwice(theatre, "commit");
  expect(other).toBe("LMTKN");
});

test("one key for two kinds of request does not block for ever", async () => {
  await using theatre = await Theatre.open();
  const booking = await theatre.hold("cart", 1, 1);
  const [left, right, middle] = [
    await theatre.guest(1),
    await theatre.guest(1),
    await theatre.worker(),
  ];
  // Both are let go at the same moment, and want the booking and the key.
  await middle.begin();
  await middle.run(`select from app_public.bookings where id = '${booking}' for update`);
  const hold = left.once(`select ${holdOf([2], booking, "key")}`);
  const checkout = right.once(
    `select app_public.start_checkout('${booking}', 'a@b.c', idempotency_key => 'key')`,
  );
  await Promise.all([left.waits(), right.waits()]);
  await middle.rollback();
  const outcomes = await Promise.all([hold, checkout]);
  expect(outcomes).toContain("LMIDK");
  expect(outcomes).not.toContain("40P01");
  expect(await theatre.broken()).toEqual([]);
});
