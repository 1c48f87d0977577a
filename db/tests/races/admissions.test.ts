// If this fails, more people are let in than there is room for, or buyers of admissions stand in each other's way.
import { expect, test } from "vitest";
import { meet, Theatre, type Outcome } from "./theatre.ts";

async function standing(capacity = 10): Promise<Theatre> {
  const theatre = await Theatre.open();
  await theatre.owner.query("select tests.create_standing()");
  if (capacity !== 10) await widen(theatre, capacity);
  return theatre;
}

/** Gives the floor another size, before anything is sold. */
async function widen(theatre: Theatre, capacity: number): Promise<void> {
  await theatre.owner.query(
    `with pool as (
      update app_public.admission_pools
      set capacity = ${capacity}, slot_count = ceil(${capacity} / 16.0)
      where id = tests.id('standing.floor') returning *
    )
    insert into app_private.admission_slots (organization_id, pool_id, slot_no, capacity)
    select organization_id, id, n, app_hidden.share_of(capacity, n, slot_count)
    from pool, generate_series(1, slot_count) as n
    on conflict (pool_id, slot_no, organization_id) do update set capacity = excluded.capacity`,
  );
}

const admit = (category: string, quantity: number): string =>
  `select tests.admit('${category}', ${quantity})`;

// The terrace lies within the floor: both carts want places of the floor, of which there are ten.
async function twoPoolsOneCapacity(theatre: Theatre): Promise<Outcome> {
  const [ada, eve] = [await theatre.guest(1), await theatre.guest(2)];
  await ada.begin();
  expect(await ada.run(admit("floor", 7))).toHaveLength(1);
  const second = eve.once(admit("terrace", 4));
  await eve.waits();
  await ada.commit();
  return await second;
}

const places = `select max(held - capacity)::integer from app_private.admission_slots
  where pool_id = tests.id('standing.floor')`;

test("carts of two pools that share capacity do not exceed it", async () => {
  await using theatre = await standing();
  expect(await twoPoolsOneCapacity(theatre)).toBe("LMFEW");
  expect(await theatre.broken()).toEqual([]);
});

test("when the first gives up, the second has the places", async () => {
  await using theatre = await standing();
  const [ada, eve] = [await theatre.guest(1), await theatre.guest(2)];
  await ada.begin();
  await ada.run(admit("floor", 7));
  const second = eve.once(admit("terrace", 4));
  await eve.waits();
  await ada.rollback();
  expect(await second).toHaveLength(1);
  expect(await theatre.broken()).toEqual([]);
});

test("control: without the lock on the slot, the constraint refuses the second cart", async () => {
  await using theatre = await standing();
  await theatre.weaken("app_private.take_from_pool", "for no key update skip locked");
  expect(await twoPoolsOneCapacity(theatre)).toBe("23514");
  expect(await theatre.value(places)).toBe(-3);
});

test("control: without the constraint either, eleven places of ten are held", async () => {
  await using theatre = await standing();
  await theatre.weaken("app_private.take_from_pool", "for no key update skip locked");
  await theatre.owner.query(
    "alter table app_private.admission_slots drop constraint admission_slots_stay_within_capacity",
  );
  expect(await twoPoolsOneCapacity(theatre)).toHaveLength(1);
  expect(await theatre.value(places)).toBe(1);
});

// Both carts have places of one of the two pools, and want places of the other one at the same moment.
async function cartsThatMix(theatre: Theatre): Promise<Outcome> {
  const [ada, eve] = [await theatre.guest(1), await theatre.guest(2)];
  await ada.value("select tests.keep('ada', tests.admit('floor', 3))");
  await eve.value("select tests.keep('eve', tests.admit('terrace', 1))");
  await ada.begin();
  expect(await ada.run("select tests.admit('terrace', 3, 'ada')")).toHaveLength(1);
  const second = eve.once("select tests.admit('floor', 4, 'eve')");
  await eve.waits();
  await ada.commit();
  return await second;
}

test("carts that mix pools which share capacity do not exceed it", async () => {
  await using theatre = await standing();
  expect(await cartsThatMix(theatre)).toBe("LMFEW");
  expect(await theatre.value(places)).toBe(-3);
  expect(await theatre.broken()).toEqual([]);
});

test("control: without lock and constraint, such carts hold eleven places of ten", async () => {
  await using theatre = await standing();
  await theatre.weaken("app_private.take_from_pool", "for no key update skip locked");
  await theatre.owner.query(
    "alter table app_private.admission_slots drop constraint admission_slots_stay_within_capacity",
  );
  expect(await cartsThatMix(theatre)).toHaveLength(1);
  expect(await theatre.value(places)).toBe(1);
});

test("buyers of a pool do not wait for each other", async () => {
  await using theatre = await standing(160);
  const [ada, eve] = [await theatre.guest(1), await theatre.guest(2)];
  await ada.begin();
  await ada.run(admit("floor", 3));
  const second = eve.once(admit("floor", 3));
  expect(await eve.waitsBefore(second)).toBe(false);
  expect(await second).toHaveLength(1);
  await ada.commit();
  expect(await theatre.broken()).toEqual([]);
});

test("control: with a single slot they do", async () => {
  await using theatre = await standing();
  const [ada, eve] = [await theatre.guest(1), await theatre.guest(2)];
  await ada.begin();
  await ada.run(admit("floor", 3));
  const second = eve.once(admit("floor", 3));
  expect(await eve.waitsBefore(second)).toBe(true);
  await ada.commit();
  await second;
});

// A buyer whose transaction began just before the deadline of the hold, which has passed by now for everybody else.
async function lastMoment(theatre: Theatre) {
  const ada = await theatre.guest(1);
  const booking = await ada.value<string>(admit("floor", 8));
  await ada.begin();
  await theatre.owner.query(
    `with b as (
      update app_public.bookings set expires_at = clock_timestamp() where id = '${booking}'
      returning *
    )
    update app_private.admission_claims as c set held_until = b.expires_at
    from b where c.booking_id = b.id`,
  );
  return { ada, booking, checkout: `select app_public.start_checkout('${booking}', 'a@b.c')` };
}

async function checkoutAgainstTakeOver(theatre: Theatre): Promise<Outcome> {
  const { ada, checkout } = await lastMoment(theatre);
  const eve = await theatre.guest(2);
  await eve.begin();
  expect(await eve.run(admit("floor", 5))).toHaveLength(1);
  const first = ada.run(checkout);
  await ada.waits();
  await eve.commit();
  const outcome = await first;
  if (typeof outcome === "string") await ada.rollback();
  else await ada.commit();
  return outcome;
}

test("a checkout whose admissions were taken over ends there", async () => {
  await using theatre = await standing();
  expect(await checkoutAgainstTakeOver(theatre)).toBe("LMEXP");
  expect(await theatre.broken()).toEqual([]);
});

test("control: without asking whose they are, it asks for money for them", async () => {
  await using theatre = await standing();
  await theatre.weaken(
    "app_private.prolong_admissions",
    "perform app_private.require_admissions(prolong_admissions.booking);",
  );
  expect(await checkoutAgainstTakeOver(theatre)).toHaveLength(1);
  expect(await theatre.broken()).toContain("booking_has_its_admissions");
});

async function takeOverAgainstCheckout(theatre: Theatre): Promise<Outcome> {
  const { ada, checkout } = await lastMoment(theatre);
  const eve = await theatre.guest(2);
  expect(await ada.run(checkout)).toHaveLength(1);
  const takeOver = eve.once(admit("floor", 5));
  if (await eve.waitsBefore(takeOver)) await ada.commit();
  const outcome = await takeOver;
  await ada.commit();
  return outcome;
}

test("a checkout that came first keeps its admissions", async () => {
  await using theatre = await standing();
  expect(await takeOverAgainstCheckout(theatre)).toBe("LMFEW");
  expect(await theatre.broken()).toEqual([]);
});

test("control: without locking the claims, it loses them", async () => {
  await using theatre = await standing();
  await theatre.weaken(
    "app_private.free_lapsed_admissions",
    "for no key update of s, c skip locked",
  );
  expect(await takeOverAgainstCheckout(theatre)).toHaveLength(1);
  expect(await theatre.broken()).toContain("booking_has_its_admissions");
});

test("a payment and a take-over at the same moment: one has the places, the other the money back", async () => {
  await using theatre = await standing();
  const ada = await theatre.guest(1);
  const booking = await ada.value<string>(`select tests.keep('late', tests.admit('floor', 8))`);
  await ada.value(`select app_public.start_checkout('${booking}', 'a@b.c')`);
  await theatre.runOut(booking);
  const [eve, worker] = [await theatre.guest(2), await theatre.worker()];
  await eve.begin();
  await eve.run(admit("floor", 5));
  const payment = worker.once(`select tests.pay('${booking}')`);
  await worker.waits();
  await eve.commit();
  await payment;
  expect(await theatre.status(booking)).toBe("expired");
  expect(await theatre.value("select count(*)::integer from app_public.refunds")).toBe(1);
  expect(await theatre.broken()).toEqual([]);
});

test("a crowd of 64 buys a hundred places to the last, four each, and nobody is refused before", async () => {
  await using theatre = await standing(100);
  const crowd = await Promise.all(Array.from({ length: 64 }, (_, n) => theatre.guest(n + 1)));
  const outcomes = await Promise.all(crowd.map((guest) => guest.once(admit("floor", 4))));
  expect(outcomes.filter((outcome) => typeof outcome !== "string")).toHaveLength(25);
  expect(new Set(outcomes.filter((outcome) => typeof outcome === "string"))).toEqual(
    new Set(["LMFEW"]),
  );
  expect(await theatre.broken()).toEqual([]);
}, 30_000);

test("carts that hold, let go, check out and pay in both pools never block each other for ever", async () => {
  await using theatre = await standing(60);
  const crowd = await Promise.all(Array.from({ length: 8 }, (_, n) => theatre.guest(n + 1)));
  const outcomes = await Promise.all(
    crowd.map(async (guest, n) => {
      const codes: string[] = [];
      const note = (outcome: Outcome): Outcome => {
        if (typeof outcome === "string") codes.push(outcome);
        return outcome;
      };
      for (let round = 0; round < 12; round += 1) {
        const category = (n + round) % 3 === 0 ? "terrace" : "floor";
        const held = note(await guest.once(admit(category, 1 + ((n + round) % 5))));
        if (typeof held === "string") continue;
        const id = String(held[0]);
        if (round % 3 === 0) {
          note(await guest.once(`select app_public.start_checkout('${id}', 'a@b.c')`));
          await theatre.owner.query("select tests.pay($1)", [id]);
        } else {
          note(await guest.once(`select app_public.cancel_booking('${id}')`));
        }
      }
      return codes;
    }),
  );
  expect(outcomes.flat().filter((code) => code !== "LMFEW")).toEqual([]);
  expect(await theatre.broken()).toEqual([]);
}, 30_000);

// A cart of three places is held, runs out by the clock alone, and is swept: after which of these something is new?
async function isNewAfterEach(theatre: Theatre): Promise<boolean[]> {
  let known: string | null = null;
  const isNew = async (): Promise<boolean> => {
    const version = await theatre.value<string | null>(
      `select changed_versions[1] from app_private.find_admission_news(
        array[tests.id('standing.performance')], array[$1::text]
      )`,
      [known],
    );
    known = version ?? known;
    return version !== null;
  };
  expect([await isNew(), await isNew()]).toEqual([true, false]);
  const ada = await theatre.guest(1);
  await ada.begin();
  const [booking] = await ada.run(admit("floor", 3));
  expect(await isNew()).toBe(false);
  await ada.commit();
  const found = [await isNew()];
  // Without a note of it: what is new is then new by the clock alone.
  const setDeadline = async (deadline: string): Promise<void> => {
    await theatre.owner.query(
      `with b as (
        update app_public.bookings set expires_at = ${deadline} where id = $1 returning expires_at
      )
      update app_private.admission_claims as c set held_until = b.expires_at
      from b where c.booking_id = $1`,
      [booking],
    );
  };
  await setDeadline("clock_timestamp() + interval '1 hour'");
  expect(await isNew()).toBe(false);
  await setDeadline("clock_timestamp()");
  found.push(await isNew());
  await theatre.owner.query("select app_private.expire_bookings()");
  found.push(await isNew());
  return found;
}

test("who watches places is told when they are taken, and when they are free again by the clock", async () => {
  await using theatre = await standing();
  expect(await isNewAfterEach(theatre)).toEqual([true, true, false]);
});

test("control: by what is written alone, that comes with the sweep", async () => {
  await using theatre = await standing();
  await theatre.weaken("app_private.free_in_pool", "c.held_until <= now()", "false");
  expect(await isNewAfterEach(theatre)).toEqual([true, false, true]);
});

// Support holds two of four places that are kept back, and its request is sent twice with one key: what comes of it.
async function holdAllocatedTwice(theatre: Theatre): Promise<Record<string, number>> {
  const owner = await theatre.user("theatre owner");
  const house = await owner.value<string>(`select (app_public.allocate_admissions(
    tests.id('standing.floor'), 4, 'house', 'For the house'
  )).id`);
  const hold = `select (app_public.hold_allocated_admissions(
    '${house}', tests.id('standing.floor.category'), 2, idempotency_key => 'one'
  )).id`;
  const [one, other] = [
    await theatre.user("theatre support"),
    await theatre.user("theatre support"),
  ];
  const [first, second] = await meet([one, hold], [other, hold]);
  expect(second).toEqual(first);
  return await theatre.value(
    `select jsonb_build_object(
      'kept back', (select a.places_left from app_public.admission_allocations as a),
      'remembered', (select sum(h.places) from app_private.allocation_holds as h),
      'on sale', app_public.admissions_left(
        tests.id('standing.performance'), tests.id('standing.floor.category')
      )
    )`,
  );
}

test("places that are kept back leave their allocation once, even if they are asked for twice at once", async () => {
  await using theatre = await standing();
  expect(await holdAllocatedTwice(theatre)).toEqual({
    "kept back": 2,
    remembered: 2,
    "on sale": 6,
  });
});

test("control: asked before the lock, they leave it twice, and anybody can have them", async () => {
  await using theatre = await standing();
  await theatre.weaken(
    "app_public.hold_allocated_admissions",
    "v_is_replay boolean;",
    "v_is_replay boolean := app_private.is_replay(hold_allocated_admissions.idempotency_key);",
  );
  await theatre.weaken(
    "app_public.hold_allocated_admissions",
    "v_is_replay := app_private.is_replay(hold_allocated_admissions.idempotency_key);\n  if",
    "if",
  );
  expect(await holdAllocatedTwice(theatre)).toEqual({
    "kept back": 0,
    remembered: 4,
    "on sale": 8,
  });
});
