// If this fails, two parties are given the same seats, wait for each other, or are refused while seats are free.
import { expect, test } from "vitest";
import { holdOf, Theatre, type Outcome } from "./theatre.ts";

const best = (quantity: number, together = true): string =>
  `select (app_public.hold_best_available(
    tests.id('theatre.performance'),
    (select id from app_public.ticket_categories
      where event_id = tests.id('theatre.event') and name = 'I'),
    ${quantity}, ${together}
  )).id`;

const seatsOf =
  "select array_agg(n order by n) from app_public.booking_items, unnest(seat_nos) as n";

/** The only row of twelve seats that is left: two rows of six, of which one is gone. */
async function oneRow(theatre: Theatre): Promise<void> {
  await theatre.hold("row A", 99, 1, 2, 3, 4, 5, 6);
}

async function sameInstant(theatre: Theatre): Promise<{ outcome: Outcome; waited: boolean }> {
  const [ada, eve] = [await theatre.guest(1), await theatre.guest(2)];
  await ada.begin();
  expect(await ada.run(best(2))).toHaveLength(1);
  const second = eve.once(best(2));
  const waited = await eve.waitsBefore(second);
  await ada.commit();
  return { outcome: await second, waited };
}

test("two parties at the same instant get seats of their own, and neither waits", async () => {
  await using theatre = await Theatre.open();
  const { outcome, waited } = await sameInstant(theatre);
  expect(outcome).toHaveLength(1);
  expect(waited).toBe(false);
  expect(await theatre.value<number[]>(seatsOf)).toHaveLength(4);
  expect(
    await theatre.value(`select count(distinct n)::integer
    from app_public.booking_items, unnest(seat_nos) as n`),
  ).toBe(4);
  expect(await theatre.broken()).toEqual([]);
});

test("control: without passing over what others are at, the second waits", async () => {
  await using theatre = await Theatre.open();
  await theatre.weaken("app_private.choose_seats", "skip locked");
  expect((await sameInstant(theatre)).waited).toBe(true);
});

test("control: without any lock, the second is told that the best seats are taken", async () => {
  await using theatre = await Theatre.open();
  await theatre.weaken("app_private.choose_seats", "for no key update skip locked");
  await theatre.weaken("app_private.lock_free_seats", "for no key update skip locked");
  expect((await sameInstant(theatre)).outcome).toBe("LMTKN");
});

test("when only one row has room, the second looks again as soon as the first has chosen", async () => {
  await using theatre = await Theatre.open();
  await oneRow(theatre);
  const [ada, eve] = [await theatre.guest(1), await theatre.guest(2)];
  await ada.begin();
  expect(await ada.run(best(4))).toHaveLength(1);
  const second = eve.once(best(2));
  await new Promise((resolve) => void setTimeout(resolve, 50));
  await ada.commit();
  expect(await second).toHaveLength(1);
  expect(await theatre.broken()).toEqual([]);
});

test("somebody who names seats is passed by", async () => {
  await using theatre = await Theatre.open();
  const [ada, eve] = [await theatre.guest(1), await theatre.guest(2)];
  await ada.begin();
  await ada.run(`select ${holdOf([3, 4])}`);
  const second = eve.once(best(2));
  expect(await eve.waitsBefore(second)).toBe(false);
  expect(await second).toHaveLength(1);
  await ada.commit();
  expect(await theatre.broken()).toEqual([]);
});

test.each([1, 2, 3, 4])(
  "a crowd of 64 buys rows to the last seat, %i side by side, and nobody is refused before",
  async (quantity) => {
    await using theatre = await Theatre.open();
    const crowd = await Promise.all(Array.from({ length: 64 }, (_, n) => theatre.guest(n + 1)));
    const outcomes = await Promise.all(crowd.map((guest) => guest.once(best(quantity))));
    // Two rows of six.
    const parties = 2 * Math.floor(6 / quantity);
    expect(outcomes.filter((outcome) => typeof outcome !== "string")).toHaveLength(parties);
    // Too few are left, or others were at the last ones for longer than one waits.
    for (const outcome of outcomes.filter((each) => typeof each === "string")) {
      expect(outcome).toMatch(/^LM(FEW|BSY)$/);
    }
    expect(await theatre.broken()).toEqual([]);
  },
);

test("a crowd that takes seats apart gets all of them", async () => {
  await using theatre = await Theatre.open();
  const crowd = await Promise.all(Array.from({ length: 24 }, (_, n) => theatre.guest(n + 1)));
  const outcomes = await Promise.all(crowd.map((guest) => guest.once(best(1, false))));
  expect(outcomes.filter((outcome) => typeof outcome !== "string")).toHaveLength(12);
  expect(await theatre.broken()).toEqual([]);
}, 30_000);

test("parties, people who name seats, and people who give up never block each other for ever", async () => {
  await using theatre = await Theatre.open();
  const crowd = await Promise.all(Array.from({ length: 12 }, (_, n) => theatre.guest(n + 1)));
  const outcomes = await Promise.all(
    crowd.map(async (guest, n) => {
      const codes: string[] = [];
      for (let round = 0; round < 15; round += 1) {
        const named = holdOf([1 + ((n * 5 + round) % 12), 1 + ((n * 5 + round + 4) % 12)]);
        const sql = n % 3 === 0 ? `select ${named}` : best(1 + ((n + round) % 4), n % 3 === 1);
        const outcome = await guest.once(sql);
        if (typeof outcome === "string") codes.push(outcome);
        else await guest.once(`select app_public.cancel_booking('${String(outcome[0])}')`);
      }
      return codes;
    }),
  );
  // Taken, too few, or others are at the last seats: nobody is the victim of a deadlock, which is 40P01.
  const refusals = new Set(["LMTKN", "LMFEW", "LMBSY"]);
  expect(outcomes.flat().filter((code) => !refusals.has(code))).toEqual([]);
  expect(await theatre.broken()).toEqual([]);
}, 30_000);
